"""Errors of the machine in words: never a class name, never nothing."""

import errno
import sqlite3

import pytest

from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid, DeviceUnreachable
from cmsp_agent.model.machine_faults import kind_in_words, machine_fault, reason_of


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/etc/x"), "/etc/x: Permission denied; run this as root"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; make room on that disk"),
        (TimeoutError(), "no answer in time"),
        (ConnectionResetError(), "it can't be used"),
        (sqlite3.DatabaseError("malformed"), "a database is damaged"),
        (MemoryError(), "the machine has no memory left"),
        (RuntimeError("can't start new thread"), "the machine has no memory left"),
        (LookupError("x"), ""),
    ],
)
def test_faults_of_the_machine(error: Exception, said: str) -> None:
    found = machine_fault(error)
    assert found.startswith(said)
    assert bool(found) == bool(said)
    assert type(error).__name__ not in reason_of(error)
    assert reason_of(error)


def test_a_reason_is_never_empty() -> None:
    assert reason_of(KeyError()) == "it gave no reason"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DeviceUnreachable(), "device unreachable"),
        (AuthenticationRejected(), "authentication rejected"),
        (DeviceAnswerInvalid(), "device answer invalid"),
    ],
)
def test_the_kind_of_an_error_in_words(error: Exception, words: str) -> None:
    assert kind_in_words(error) == words
