"""Mutated datagrams: no exception past the edge, and never a value that neither pysnmp nor net-snmp gives."""

import random
from pathlib import Path

import pytest

from cmsp_agent.transports.snmp import message, usm
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import decode_pdu
from cmsp_agent.transports.snmp.users import AUTH
from tests.conftest import shared_folder
from tests.fuzz import samples
from tests.fuzz.compare import check, edge, never_believed, our_bindings
from tests.lab.clock import ManualClock

SHORT = 20_000
LONG = 1_000_000
INTERESTING = bytes((0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x40, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xA2, 0xFF))


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One to four changes: bits, octets, cuts, insertions, copies of a piece over another."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        if not out:
            break
        at = chance.randrange(len(out))
        match chance.randrange(7):
            case 0:
                out[at] ^= 1 << chance.randrange(8)
            case 1:
                out[at] = chance.choice(INTERESTING)
            case 2:
                out[at] = chance.randrange(256)
            case 3:
                del out[at:]
            case 4:
                del out[at : at + chance.randrange(1, 5)]
            case 5:
                out[at:at] = chance.randbytes(chance.randrange(1, 5))
            case _:
                size = chance.randrange(1, 12)
                start = chance.randrange(len(out))
                out[at : at + size] = out[start : start + size]
    return bytes(out)


def run(count: int, seed: int, seeds: list[bytes]) -> int:
    """Mutate and compare `count` times; how many were still accepted."""
    chance = random.Random(seed)
    texts = OidTexts()
    user = samples.operator()
    clock = ManualClock()
    decoder = NotificationDecoder([samples.USER], OwnEngine(samples.ENGINE_ID, 3, clock), clock)
    accepted = 0
    for _ in range(count):
        original = chance.choice(seeds)
        data = mutated(original, chance)
        accepted += check(data, texts, user)
        edge(decoder, data)
        if data != original and original in SIGNED:
            never_believed(data, user)
    return accepted


OWN = samples.own_community() + samples.own_v3()
SIGNED = frozenset(data for data in samples.own_v3() if usm.decode(data).flags & AUTH)


def all_seeds() -> list[bytes]:
    """Our own datagrams, and the captured ones where they are at hand."""
    folder = shared_folder()
    return OWN + (samples.captured(folder) if folder.is_dir() else [])


@pytest.mark.parametrize("data", OWN)
def test_the_samples_themselves_agree(data: bytes) -> None:
    assert check(data, OidTexts(), samples.operator())


def test_captured_datagrams_agree(shared: Path) -> None:
    found = samples.captured(shared)
    accepted = [check(data, OidTexts(), samples.operator()) for data in found]
    assert len(found) > 20
    assert sum(accepted) >= len(found) - 8  # encrypted ones with keys that are not ours, and one malformed on purpose


def test_the_padded_sub_identifier_of_the_captures_is_read(shared: Path) -> None:
    capture = shared / "testdata" / "pcap-zeek" / "traces" / "snmp" / "snmp-oid-subidentifier-too-long.pcap"
    [data] = samples.udp_payloads(capture)
    assert check(data, OidTexts(), samples.operator())
    [(name, _)] = our_bindings(message.decode(data, OidTexts()).pdu, OidTexts())
    assert name == "1.3.0"


@pytest.mark.timeout(300)
def test_mutations() -> None:
    assert run(SHORT, seed=20_261_123, seeds=all_seeds()) > SHORT // 20


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(4))
def test_a_million_mutations(part: int) -> None:
    assert run(LONG // 4, seed=1_000 + part, seeds=all_seeds()) > LONG // 80


@pytest.mark.parametrize("size", range(200))
def test_every_cut_of_a_message_is_refused(size: int) -> None:
    for data in OWN:
        if size < len(data):
            with pytest.raises(DecodeError):
                message.decode(data[:size], OidTexts())


def test_noise_never_passes_the_edge() -> None:
    chance = random.Random(7)
    for _ in range(20_000):
        data = chance.randbytes(chance.randrange(0, 120))
        for decode in (lambda octets: decode_pdu(octets, 0, len(octets), OidTexts()), usm.decode, message.version_of):
            try:
                decode(data)
            except DecodeError:
                continue
