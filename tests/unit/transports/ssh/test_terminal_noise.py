"""Log lines that a terminal mixed in go; the same words in a banner stay."""

import pytest

from cmsp_agent.transports.ssh.terminal_noise import in_banner, logged_within, without_noise


@pytest.mark.parametrize(
    "line",
    [
        "*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by bob on vty1",
        "000123: Nov 23 10:00:00.123 CET: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        ".Nov 23 2026 10:00:00: %ISDN-6-LAYER2UP: Layer 2 up",
        "2026 Nov 23 10:00:00 gw %VSHD-5-VSHD_SYSLOG_CONFIG_I: Configured",
        "%PARSER-5-CFGLOG_LOGGEDCMD: User:bob  logged command:!exec: enable",
        "2026 Nov 23 10:00:00.123 gw %$ VDC-1 %$ %ETHPORT-5-IF_UP: Interface Ethernet1/1 is up",
        "Nov 23 10:00:00.123: ISDN Se0/0/0:15 Q931: TX -> SETUP pd = 8  callref = 0x0001",
        "RP/0/RSP0/CPU0:Nov 23 10:00:00.123 : ifmgr[123]: %PKT_INFRA-LINK-3-UPDOWN : Interface Gi0/0",
        "Load for five secs: 1%/0%; one minute: 2%; five minutes: 2%",
        "Time source is NTP, 10:00:00.123 UTC Mon Nov 23 2026",
        "10:00:00.123 CET Mon Nov 23 2026",
        "Mon Nov 23 10:00:00.123 UTC",
        "\x07*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by bob on vty1",
        "SLOT 1:Nov 23 10:00:00.123: %LINK-3-UPDOWN: Interface Gi1/1, changed state to up",
        "*** --- SHUTDOWN in 0:30:00 ---",
    ],
)
def test_it_is_taken_out_and_counted(line: str) -> None:
    text = f"version 15.7\nhostname gw\n{line}\ninterface Gi0/0\nend\n"
    assert without_noise(text) == ("version 15.7\nhostname gw\ninterface Gi0/0\nend\n", 1)


@pytest.mark.parametrize(
    ("log", "count"),
    [
        ("*Nov 23 10:00:00.000: %SYS-3-CPUHOG: Task is running\n-Traceback= 0x60A1B2C3z 0x60A1B2D4z\n", 2),
        (
            "Nov 23 10:00:00.000: %SYS-2-MALLOCFAIL: Memory allocation of 65536 bytes failed\n"  # noqa: ISC004
            "Pool: Processor  Free: 1234  Cause: Memory fragmentation\n"
            'Alternate Pool: None  Free: 0  Cause: No Alternate pool\n -Process= "Exec", ipl= 0, pid= 3\n',
            4,
        ),
        (
            "*Nov 23 10:00:00.000: %SYS-5-RESTART: System restarted --\nCisco IOS Software\nCompiled Mon 01-Jan\n",
            3,
        ),
        ("\n\n***\n***\n*** --- SHUTDOWN in 0:30:00 ---\n***\n\n\n", 4),
        ("\n***\n*** Message from tty1 to all tty's\nreload at ten\n***\n\n", 4),
    ],
)
def test_what_a_log_line_goes_on_with_is_taken_out_too(log: str, count: int) -> None:
    text = "version 15.7\nhostname gw\n{}interface Gi0/0\nend\n"
    assert without_noise(text.format(log)) == (text.format(""), count)


@pytest.mark.parametrize(
    "text",
    [
        "banner motd ^C\n***\n*** keep out\n^C\nend\n",
        "banner motd ^C\n% Invalid input detected at '^' marker.\n%SYS-5-CONFIG_I: looks like this\n^C\nend\n",
        "banner motd ^C\n*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: looks like this\n^C\nend\n",
        'event manager applet A\n action 1.0 syslog msg "x"\n %SYS-5-CONFIG_I: indented\nend\n',
        "interface Gi0/0\n description Load for five secs: 1%/0%; one minute: 2%\nend\n",
    ],
)
def test_text_that_looks_like_it_stays(text: str) -> None:
    assert without_noise(text) == (text, 0)


def test_a_text_that_ends_in_a_banner() -> None:
    assert in_banner("version 15.7\nbanner exec ^C\nend\n")
    assert not in_banner("version 15.7\nbanner exec ^C\nend\n^C\nend\n")


def test_a_log_line_between_others_may_have_cut_one() -> None:
    log = "*Nov 23 10:00:00.000: %SYS-5-CONFIG_I: Configured\n"
    assert logged_within(f"version 15.7\n{log}end\n")
    assert not logged_within(f"Load for five secs: 1%/0%; one minute: 2%\nversion 15.7\nend\n{log}")
