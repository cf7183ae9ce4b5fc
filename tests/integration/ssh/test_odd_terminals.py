"""Terminals that page their banners, log into the dialogue, or change their prompt: played, and read all the same."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from cmsp_agent.model.errors import AuthenticationRejected, CommandRejected
from cmsp_agent.transports.ssh import CliClient
from tests.integration.ssh.conftest import credential, target
from tests.lab.played.player import CONFIGURATION, PASSWORD, USER, Played, Shell, playing

LOG = "\r\n*Nov 28 10:00:00.123: %SYS-5-CONFIG_I: Configured from console\r\n"
numbers = count()


def whole(output: str) -> bool:
    return output.endswith("\nend\n")


async def answering(shell: Shell, prompt: Callable[[], str]) -> None:
    while True:
        shell.echo(line := await shell.line())
        shell.w(CONFIGURATION if line.startswith("show") else "")
        shell._process.stdout.write(prompt().encode())


async def banner_in_pages(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\nlegal\r\n--More--")
    await shell.key()
    shell._process.stdout.write(b"\r        \rmore of it\r\ngw-lab#")
    await answering(shell, lambda: "gw-lab#")


async def logs_after_the_prompt(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(f"\r\ngw-lab#{LOG}".encode())
    await answering(shell, lambda: f"gw-lab#{LOG}")


async def counts(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\n1 gw-lab#")
    await answering(shell, lambda: f"{next(numbers)} gw-lab#")


async def with_the_time_above(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\nwelcome\r\n10:00:00 CET Sat Nov 28 2026\r\ngw-lab#")
    await answering(shell, lambda: f"\r\n10:00:{next(numbers):02d} CET Sat Nov 28 2026\r\ngw-lab#")


async def paged_by_an_unknown_pager(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\ngw-lab#")
    while True:
        shell.echo(line := await shell.line())
        if line.startswith("show"):
            first, words, rest = CONFIGURATION.partition("snmp-server")
            shell.w(first)
            shell._process.stdout.write(b"[space] next page, [q] quit")
            await shell.key()
            shell.w(f"\r\x1b[K{words}{rest}")
        elif line:
            shell.w("% Invalid input detected at '^' marker.\n")
        shell._process.stdout.write(b"gw-lab#")


async def waits_for_return(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\ngw-lab con0 is now available\r\n\r\nPress RETURN to get started.\r\n\r\n")
    assert await shell.line() == ""
    shell._process.stdout.write(b"\r\ngw-lab#")
    await answering(shell, lambda: "gw-lab#")


async def shows_its_prompt_anew(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\ngw-lab#")
    await answering(shell, lambda: f"gw-lab#{LOG}gw-lab#")


async def in_less(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\ngw-lab#")
    while True:
        shell.echo(line := await shell.line())
        if line.startswith("show"):
            shell.w(CONFIGURATION)
            shell._process.stdout.write(b"\x1b[7m(END)\x1b[27m")
            assert await shell.key() == b"q"
            shell._process.stdout.write(b"\r\x1b[K")
        elif line:
            shell.w("% Invalid input detected at '^' marker.\n")
        shell._process.stdout.write(b"gw-lab#")


async def renamed(shell: Shell, device: Played) -> None:
    shell._process.stdout.write(b"\r\ngw-lab#")
    names = iter(["gw-lab#"])
    await answering(shell, lambda: next(names, "edge#"))


@pytest.mark.parametrize(
    "script",
    [
        banner_in_pages,
        logs_after_the_prompt,
        counts,
        with_the_time_above,
        paged_by_an_unknown_pager,
        waits_for_return,
        shows_its_prompt_anew,
        in_less,
        renamed,
    ],
)
async def test_the_configuration_is_read(client: CliClient, host_key: Any, script: Any) -> None:
    client._limits = client._limits.__class__(login=6, silence=8)
    async with playing(Played(shell=script), host_key) as port:
        login = target(port, credential=played())
        [text] = await client.commands(login, ["show running-config"], 15, whole)
    assert text.removesuffix("\n") + "\n" == CONFIGURATION


async def test_what_else_it_asks_when_enabling_is_named(client: CliClient, host_key: Any) -> None:
    async def asks(shell: Shell, device: Played) -> None:
        shell._process.stdout.write(b"\r\ngw-lab>")
        for said in ("gw-lab>", "gw-lab>", "Enter one-time code: "):
            shell.echo(await shell.line())
            shell._process.stdout.write(said.encode())
        await asyncio.sleep(10)

    device = Played(shell=asks)
    async with playing(device, host_key) as port:
        with pytest.raises(AuthenticationRejected, match="one-time code"):
            await client.commands(target(port, credential=played("en")), ["show running-config"], 10)
    assert "en" not in device.received


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Enter the code from your app\r\n> ", "Enter the code"),
        ("Your password has expired.\r\n: ", "has expired"),
        ("Enter token> ", "Enter token"),
        ("Would you like to terminate autoinstall? [yes]: ", "autoinstall"),
    ],
)
async def test_a_question_without_the_usual_mark_is_named(
    client: CliClient, host_key: Any, question: str, named: str
) -> None:
    async def asks(shell: Shell, device: Played) -> None:
        shell._process.stdout.write(f"\r\n{question}".encode())
        await shell.line()

    client._limits = client._limits.__class__(login=6, silence=4)
    device = Played(shell=asks)
    async with playing(device, host_key) as port:
        with pytest.raises(AuthenticationRejected, match=named):
            await client.commands(target(port, credential=played()), ["show running-config"], 10)
    assert not [line for line in device.received if not line.startswith("password")]


async def test_a_new_enable_secret_is_not_set(client: CliClient, host_key: Any) -> None:
    async def asks(shell: Shell, device: Played) -> None:
        shell._process.stdout.write(b"\r\ngw-lab>")
        for said in ("gw-lab>", "gw-lab>", "The enable password is not set.  Please set it now.\r\nEnter  Password: "):
            shell.echo(await shell.line())
            shell._process.stdout.write(said.encode())
        await shell.line()

    device = Played(shell=asks)
    async with playing(device, host_key) as port:
        with pytest.raises(AuthenticationRejected, match="Enter  Password"):
            await client.commands(target(port, credential=played("en")), ["show running-config"], 10)
    assert "en" not in device.received


@pytest.mark.parametrize("prompt", ["r1% ", "# ", "$ ", "bash-5.1# ", "adm@r1:~ (main)$ ", "adm@r1 ~> "])
async def test_a_shell_is_left_whatever_its_prompt(client: CliClient, host_key: Any, prompt: str) -> None:
    async def shell_first(shell: Shell, device: Played) -> None:
        shell.w(f"\nLast login: Sat Nov 28 12:00:00 2026\n{prompt}")
        while (line := await shell.line()) != "vtysh":
            shell.echo(line)
            shell.w(f"-sh: {line.split()[0]}: command not found\n{prompt}")
        shell.w("vtysh\n\nHello, this is FRRouting (version 10.3).\n\nr1# ")
        await answering(shell, lambda: "r1# ")

    client._limits = client._limits.__class__(login=6, silence=4)
    async with playing(Played(shell=shell_first), host_key) as port:
        login = target(port, credential=played(), platform="frr")
        [text] = await client.commands(login, ["show running-config"], 15, whole)
    assert text.removesuffix("\n") + "\n" == CONFIGURATION


async def test_what_keeps_it_in_the_shell_is_named(client: CliClient, host_key: Any) -> None:
    async def kept(shell: Shell, device: Played) -> None:
        shell.w("\nadm@r1:~$ ")
        while line := await shell.line():
            shell.echo(line)
            shell.w("Exiting: failed to connect to any daemons.\nadm@r1:~$ ")

    async with playing(Played(shell=kept), host_key) as port:
        login = target(port, credential=played(), platform="frr")
        with pytest.raises(CommandRejected, match="failed to connect to any daemons"):
            await client.commands(login, ["show running-config"], 10)


@pytest.mark.parametrize("platform", ["cisco_asa", "acmepacket", "audiocodes"])
async def test_enable_is_typed_whatever_turns_paging_off(client: CliClient, host_key: Any, platform: str) -> None:
    async def gateway(shell: Shell, device: Played) -> None:
        shell._process.stdout.write(b"\r\nMediant SW> ")
        while (line := await shell.line()) != "enable":
            shell.echo(line)
            shell._process.stdout.write(b"Mediant SW> ")
        shell._process.stdout.write(b"enable\r\nPassword: ")
        assert await shell.line() == "en"
        shell._process.stdout.write(b"\r\nMediant SW# ")
        await answering(shell, lambda: "Mediant SW# ")

    client._limits = client._limits.__class__(login=6, silence=4)
    async with playing(Played(shell=gateway), host_key) as port:
        login = target(port, credential=played("en"), platform=platform)
        [text] = await client.commands(login, ["show running-config"], 15, whole)
    assert text.removesuffix("\n") + "\n" == CONFIGURATION


def played(enable: str | None = None) -> Any:
    from dataclasses import replace

    return replace(credential(PASSWORD, enable), user=USER)
