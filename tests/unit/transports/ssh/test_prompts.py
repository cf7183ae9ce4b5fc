"""Which last line is a prompt at once, which after some quiet, and which is that of a Unix shell."""

import pytest

from cmsp_agent.transports.ssh import prompts


@pytest.mark.parametrize(
    "line", ["noc@gw1:~$ ", "root@gw1:/etc/frr# ", "[noc@gw1 ~]$ ", "$ ", "sh-5.2$ ", "r1:~# ", "/ # ", "~ > "]
)
def test_a_unix_shell(line: str) -> None:
    assert prompts.is_shell(line)


@pytest.mark.parametrize(
    "line",
    ["gw1# ", "gw1:1# ", "fw1/admin# ", "gw1>", "gw1(config-if)# ", "Password: ", "costs 5 $ ", "admin@gw1> ", "gw-1#"],
)
def test_a_device(line: str) -> None:
    assert not prompts.is_shell(line)


@pytest.mark.parametrize(
    ("line", "quiet"),
    [
        ("gw-1#", prompts.USUAL),
        ("noc@gw1:~$ ", prompts.USUAL),
        ("total: 5 $ ", prompts.ODD),
        ("Password: ", None),
        ("Proceed? (y/n): ", None),
    ],
)
def test_quiet(line: str, quiet: float | None) -> None:
    assert prompts.quiet_before(line) == quiet


def test_a_prompt_that_is_shown_anew_is_no_output() -> None:
    log = "*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: Configured from console"
    assert prompts.before_same(f"end\ngw#\n{log}", "gw# ") == "end"
    assert prompts.before_same("end\n\ngw#\ngw#", "gw#") == "end\n"
    assert prompts.before_same("banner exec gw#\nend", "gw#") == "banner exec gw#\nend"


@pytest.mark.parametrize(
    "words",
    [
        "\r\n\r\n\r\n***\r\n*** --- SHUTDOWN in 0:05:00 ---\r\n***\r\n",
        "\r\n***\r\n*** Message from tty1 to all ttys\r\nreload at ten\r\n***\r\n",
        "\r\n*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: Configured from console\r\n",
    ],
)
def test_what_follows_a_prompt_that_is_not_shown_anew(words: str) -> None:
    assert prompts.before_logs(f"end\r\ngw#{words}") == "end\r\ngw#"
    assert prompts.before_logs(f"interface Gi0/0{words}") == f"interface Gi0/0{words}"


@pytest.mark.parametrize("line", ["token# ", "code#", "pin>", "response# ", "password#"])
def test_the_prompt_of_a_host_with_such_a_name_asks_for_nothing(line: str) -> None:
    assert not prompts.is_question(line)


def test_a_mark_after_the_component_s_own_name_is_its_prompt() -> None:
    assert prompts.is_question("pin> ", "gw-1")
    assert not prompts.is_question("PIN> ", "pin")
    assert prompts.is_question("Enter pin> ", "pin")
