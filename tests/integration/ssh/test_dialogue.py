"""A dialogue that goes well, and each way in which one goes wrong."""

import asyncio
import logging
import time
from typing import Any

import asyncssh
import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceError,
    DeviceUnreachable,
)
from cmsp_agent.transports.ssh import (
    CliClient,
    HostKeyChanged,
    LegacyAlgorithmsOnly,
    NoAlgorithmInCommon,
    SshSession,
)
from cmsp_agent.transports.ssh.service import Transport
from tests.integration.ssh.conftest import MemoryKeys, credential, target
from tests.integration.ssh.gateways import CONFIGURATION, ENABLE, PASSWORD, Fault, Gateway, raw_server, ssh_server

SHOW = ["show running-config"]
LEGACY: dict[str, Any] = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
}


async def test_the_configuration_is_read_whole(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(), host_key) as gateway:
        assert await client.commands(target(gateway.port), SHOW, 10) == [gateway.configuration]


async def test_an_answer_to_the_login_that_comes_at_once_is_not_lost(
    client: CliClient, host_key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Transport._send_message

    def sent_and_answered(transport: Transport, message: Any) -> None:
        sent(transport, message)
        time.sleep(0.3)  # the thread that sends comes back late: the answer is there before it goes on

    monkeypatch.setattr(Transport, "_send_message", sent_and_answered)
    async with ssh_server(Gateway(), host_key) as gateway:
        assert await client.commands(target(gateway.port), SHOW, 10) == [gateway.configuration]


async def test_a_long_configuration_with_odd_bytes_is_read_as_it_is(client: CliClient, host_key: Any) -> None:
    odd = "".join(f" banner caf\udce9 é line {n}\n" for n in range(20_000))
    async with ssh_server(Gateway(configuration=CONFIGURATION.format(extra=odd)), host_key) as gateway:
        [text] = await client.commands(target(gateway.port), SHOW, 20)
    assert text == gateway.configuration
    assert len(text.encode("utf-8", "surrogateescape")) > 400_000


async def test_enable_is_used_where_the_login_is_not_privileged(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(enabled=False), host_key) as gateway:
        assert await client.commands(target(gateway.port), SHOW, 10) == [gateway.configuration]


async def test_ipv6_and_a_source_address(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(), host_key, host="::1") as gateway:
        assert await client.commands(target(gateway.port, address="::1"), SHOW, 10) == [gateway.configuration]
    async with ssh_server(Gateway(), host_key) as gateway:
        await client.commands(target(gateway.port, source="127.0.0.3"), SHOW, 10)
        assert gateway.peers == {"127.0.0.3"}
        with pytest.raises(DeviceUnreachable, match="no TCP connection"):
            await client.commands(target(gateway.port, source="192.0.2.1"), SHOW, 10)


async def test_a_refused_enable_is_not_retried(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(Fault.ENABLE_REFUSED, enabled=False), host_key) as gateway:
        with pytest.raises(AuthenticationRejected, match="enable secret was refused"):
            await client.commands(target(gateway.port), SHOW, 15)


async def test_a_wrong_password_is_its_own_error_and_tried_once(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(), host_key) as gateway:
        with pytest.raises(AuthenticationRejected) as caught:
            await client.commands(target(gateway.port, credential=credential("wrong-one")), SHOW, 10)
    assert not caught.value.retryable
    assert gateway.refused == 1


async def test_hanging_up_on_the_password_counts_as_refused(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(Fault.LOGIN_HANGS_UP), host_key) as gateway:
        with pytest.raises(AuthenticationRejected):
            await client.commands(target(gateway.port), SHOW, 10)


@pytest.mark.parametrize(
    ("fault", "error", "kind", "words"),
    [
        (Fault.LOGIN_HANGS, DeviceUnreachable, "device unreachable", "no answer to the login within 2 s"),
        (Fault.SHELL_HANGS, DeviceUnreachable, "device unreachable", "terminal"),
        (Fault.CONFIG_HANGS, DeviceUnreachable, "device unreachable", "no prompt in time after 'show running-config'"),
        (Fault.CONFIG_CUT, DeviceUnreachable, "device unreachable", "ended the session at 'show running-config'"),
        (Fault.CONFIG_ENDLESS, DeviceAnswerInvalid, "device answer invalid", "sent more than 2000000 bytes"),
    ],
)
async def test_a_bad_gateway_is_named_with_its_stage(
    client: CliClient, host_key: Any, fault: Fault, error: type[DeviceError], kind: str, words: str, counters: Counters
) -> None:
    async with ssh_server(Gateway(fault), host_key) as gateway:
        with pytest.raises(error, match=words):
            await client.commands(target(gateway.port), SHOW, 15)
    assert counters.value("cli.failed", kind) == 1


@pytest.mark.parametrize("fault", [Fault.LOGIN_HANGS, Fault.SHELL_HANGS, Fault.CONFIG_HANGS])
async def test_the_deadline_cuts_any_stage(client: CliClient, host_key: Any, fault: Fault) -> None:
    async with ssh_server(Gateway(fault), host_key) as gateway:
        began = time.monotonic()
        with pytest.raises(DeviceUnreachable, match="cut off at"):
            await client.commands(target(gateway.port), SHOW, 0.6)
        assert time.monotonic() - began < 1.5


async def test_a_cancelled_dialogue_frees_its_thread(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(Fault.CONFIG_HANGS), host_key) as gateway:
        task = asyncio.create_task(client.commands(target(gateway.port), SHOW, 30))
        await asyncio.sleep(0.8)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("server", "error", "words"),
    [
        ({}, DeviceUnreachable, "no SSH banner within"),
        ({"say": b"HTTP/1.0 200 OK\r\n\r\n" * 200}, DeviceAnswerInvalid, "does not speak SSH 2"),
        ({"say": b"\x00\xff" * 40_000, "endless": True}, DeviceAnswerInvalid, "sent more than|does not speak SSH"),
        ({"say": b"x" * 1000, "drip": 0.05}, DeviceUnreachable, "no SSH banner within|no key"),
        ({"say": b"SSH-2.0-stone\r\n"}, DeviceUnreachable, "no SSH key exchange within"),
        ({"say": b"SSH-2.0-x\r\n" + b"\xff" * 5000}, DeviceUnreachable, "ended during the SSH key exchange"),
    ],
)
async def test_what_is_no_ssh_server(
    client: CliClient, server: dict[str, Any], error: type[DeviceError], words: str
) -> None:
    async with raw_server(**server) as port:
        with pytest.raises(error, match=words):
            await client.commands(target(port), SHOW, 10)


async def test_a_closed_port_is_unreachable(client: CliClient) -> None:
    with pytest.raises(DeviceUnreachable, match="no TCP connection"):
        await client.commands(target(1), SHOW, 5)


async def test_the_first_key_is_pinned_and_another_is_refused(
    client: CliClient, keys: MemoryKeys, host_key: Any
) -> None:
    gateway = Gateway()
    async with ssh_server(gateway, host_key):
        await client.commands(target(gateway.port), ["show version"], 10)
    [pinned] = keys.keys[("127.0.0.1", gateway.port)]
    assert pinned.fingerprint == host_key.get_fingerprint()
    other = asyncssh.generate_private_key("ssh-ed25519")
    logins = gateway.logins
    async with ssh_server(gateway, other):
        keys.keys[("127.0.0.1", gateway.port)] = [pinned]
        with pytest.raises(HostKeyChanged, match=r"pinned SHA256:.*now shown SHA256:.* host-key gw-7 --forget"):
            await client.commands(target(gateway.port, name="gw-7"), SHOW, 10)
    assert gateway.logins == logins, "the password must not have been sent"


async def test_a_refused_login_pins_nothing(client: CliClient, keys: MemoryKeys, host_key: Any) -> None:
    async with ssh_server(Gateway(), host_key) as gateway:
        with pytest.raises(AuthenticationRejected):
            await client.commands(target(gateway.port, credential=credential("wrong-one")), SHOW, 10)
    assert keys.keys == {}


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
async def test_legacy_algorithms_only_where_the_component_says_so(client: CliClient) -> None:
    [rsa] = asyncssh.load_keypairs([asyncssh.generate_private_key("ssh-rsa", key_size=2048)])
    rsa.host_key_algorithms = [b"ssh-rsa"]
    async with ssh_server(Gateway(), rsa, **LEGACY) as gateway:
        with pytest.raises(LegacyAlgorithmsOnly, match="legacy: true"):
            await client.commands(target(gateway.port), SHOW, 10)
        assert await client.commands(target(gateway.port, legacy=True), SHOW, 10) == [gateway.configuration]
        assert await client.commands(target(gateway.port, legacy=True), SHOW, 10) == [gateway.configuration]


@pytest.mark.parametrize(
    ("only", "named"),
    [
        (
            {"encryption_algs": ["chacha20-poly1305@openssh.com"]},
            "for cipher it has only chacha20-poly1305@openssh.com",
        ),
        ({"compression_algs": ["zlib@openssh.com"]}, "for compression it has only zlib@openssh.com"),
        ({"mac_algs": ["umac-64@openssh.com"], "encryption_algs": ["aes128-ctr"]}, "for MAC it has only umac-64"),
    ],
)
async def test_what_no_setting_of_ours_mends_is_named(
    client: CliClient, host_key: Any, only: dict[str, Any], named: str
) -> None:
    async with ssh_server(Gateway(), host_key, **only) as gateway:
        with pytest.raises(NoAlgorithmInCommon, match=named) as refused:
            await client.commands(target(gateway.port), SHOW, 10)
    assert "legacy" not in str(refused.value)


async def test_hung_devices_do_not_hold_up_the_others(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(Fault.CONFIG_HANGS), host_key) as hung, ssh_server(Gateway(), host_key) as well:
        stuck = [asyncio.create_task(client.commands(target(hung.port), SHOW, 5)) for _ in range(3)]
        began = time.monotonic()
        await client.commands(target(well.port), SHOW, 5)
        assert time.monotonic() - began < 2
        results = await asyncio.gather(*stuck, return_exceptions=True)
    assert [type(result) for result in results] == [DeviceUnreachable] * 3


async def test_no_secret_in_logs_or_errors(client: CliClient, host_key: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with ssh_server(Gateway(Fault.ENABLE_REFUSED, enabled=False), host_key) as gateway:
        with pytest.raises(AuthenticationRejected) as caught:
            await client.commands(target(gateway.port), SHOW, 15)
        with pytest.raises(AuthenticationRejected) as second:
            await client.commands(target(gateway.port, credential=credential("wr0ng-pass")), SHOW, 15)
    reported = caplog.text + repr(caught.value) + repr(second.value) + repr(target(1))
    for secret in (PASSWORD, ENABLE, "wr0ng-pass", "hidden-community"):
        assert secret not in reported


async def test_a_dialogue_may_configure_and_save(client: CliClient, host_key: Any) -> None:
    def work(session: SshSession) -> str:
        session.configure(["interface Gi0/0", "description new"])
        return session.save()

    async with ssh_server(Gateway(), host_key) as gateway:
        assert "[OK]" in await client.dialogue(target(gateway.port), work, 10)
    assert gateway.commands[-5:] == ["configure terminal", "interface Gi0/0", "description new", "end", "write memory"]


async def test_a_refused_configuration_line_is_reported(client: CliClient, host_key: Any) -> None:
    async with ssh_server(Gateway(), host_key) as gateway:
        with pytest.raises(CommandRejected, match="a configuration line was refused") as reported:
            await client.dialogue(target(gateway.port), lambda session: session.configure(["bogus s3cret"]), 10)
    assert "s3cret" not in str(reported.value)
