"""What is entered on a server of Cisco's Voice Operating System: its web pages and CLI. A part of `plugin.api`.

A call manager and an Emergency Responder have the same pages under other names. Source: the serviceability and platform
guides. A change of SNMP counts once its agent has restarted (same pages).
"""

from collections.abc import Iterator

from cmsp_agent.plugin.command_line import SetupLine, SetupStep

AT_ONCE = "a fault is known at once, not at the next poll"
ALGORITHMS = (("SHA-1", "SHA"), ("AES-128", "AES128"))


def voice_os_setup(pages: str, read: str) -> tuple[SetupStep, ...]:
    """The steps for such a server.

    Args:
        pages: the name of its serviceability pages.
        read: what is read by SNMP, for people.
    """
    return (
        *_snmp(f"{pages} > SNMP >", read),
        _step(
            "syslog",
            "its alarms and audit come by syslog",
            f"{pages} > Alarm > Configuration > Remote Syslogs: {{appliance}}",
        ),
        _step("clock", "times of messages are compared with those of others", "utils ntp server add <your NTP server>"),
    )


def _snmp(pages: str, read: str) -> Iterator[SetupStep]:
    keys = "{auth_name} <authentication key>, {priv_name} <privacy key>"
    user = f"{pages} V3 > User: {{user}}, {keys}, hosts {{appliance}}, ReadNotifyOnly"
    community = f"{pages} V1/V2 > Community String: <community>, hosts {{appliance}}, ReadNotifyOnly"
    to_us = "Notification Destination: {appliance}, port {trap_number}"
    yield SetupStep("snmp", read, (SetupLine(user, shown=False),), "3", ALGORITHMS)
    yield _step("snmp", read, community, "2c")
    yield _step("traps", AT_ONCE, f"{pages} V3 > {to_us}, Inform, {{user}}", "3")
    yield _step("traps", AT_ONCE, f"{pages} V1/V2 > {to_us}, V2, Inform", "2c")


def _step(need: str, why: str, command: str, only: str = "") -> SetupStep:
    return SetupStep(need, why, (SetupLine(command, shown=False),), only)
