"""Headers that leave open where an answer ends."""

import http.client
import socket

import pytest

from cmsp_agent.transports.body_length import ambiguous_length


def doubt_about(headers: str) -> str:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(f"HTTP/1.1 200 OK\r\n{headers}\r\n0\r\n\r\n".encode())
        answer = http.client.HTTPResponse(ours)
        answer.begin()
        why = ambiguous_length(answer)
        answer.close()
        return why


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Content-Length: 5\r\n",
        "Content-Length: 5\r\ncontent-length: 5\r\n",
        "Content-Length: 5, 05\r\n",
        "Transfer-Encoding: chunked\r\n",
    ],
)
def test_one_length_or_none_is_believed(headers: str) -> None:
    assert doubt_about(headers) == ""


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ("Content-Length: 5\r\nContent-Length: 6\r\n", "two lengths"),
        ("Content-Length: 5, 6\r\n", "two lengths"),
        ("Content-Length: +5\r\n", "no number"),
        ("Content-Length: -1\r\n", "no number"),
        ("Content-Length: \r\n", "no number"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "no length"),
    ],
)
def test_whatever_else_is_said_of_it_is_not(headers: str, why: str) -> None:
    assert why in doubt_about(headers)
