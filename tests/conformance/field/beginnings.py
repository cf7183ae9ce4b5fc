# ruff: noqa: E501 - a line of syslog is as long as it is
"""Lines whose headers only some relays and devices write so. The text of the message begins behind the ¦."""

from tests.conformance.field.lines import Line

AT_TEN = "2026-11-27T10:00:00.000Z"
IOS = "gw-1 45: Nov 27 10:00:00.100 UTC: %SYS-5-CONFIG_I: ¦Configured from console"
SSHD = "gw-1 sshd[12]: ¦Accepted publickey"
DATES = (
    "27-Nov-2026 10:00:00",
    "27 Nov 2026 10:00:00",
    "27/Nov/2026:10:00:00 +0000",
    "Nov 27, 2026 10:00:00",
    "2026/11/27 10:00:00",
    "2026/11/27 11:00:00 +0100",
    "2026.11.27-10:00:00",
    "20261127T100000Z",
    "27.11.2026 10:00:00",
    "11/27/2026 10:00:00",
    "27/11/2026 10:00:00",
    "Fri Nov 27 10:00:00 2026",
    "Fri, 27 Nov 2026 11:00:00 +0100",
    "Nov 27 10:00:00 GMT",
    "Nov 27 05:00:00 EST",
    "Nov 27 05:00:00 -0500",
    "1795773600",
    "1795773600.000",
)
"""Ten o'clock, as relays write it."""

BEGINNINGS: tuple[Line, ...] = (
    *(Line(f"<189>{date} {IOS}", host="gw-1", sequence=45, code="SYS-5-CONFIG_I") for date in DATES),
    *(Line(f"<189>{date} {SSHD}", host="gw-1", tag="sshd", pid="12", time=AT_TEN) for date in DATES),
    Line("<189>45:gw-1: Nov 27 10:00:00.100 UTC: %SYS-5-CONFIG_I: ¦by vty0", host="gw-1", sequence=45, code="SYS-5-CONFIG_I"),
    Line("<189>45:gw-1:46:Nov 27 10:00:00.100 UTC: %SYS-5-CONFIG_I: ¦by vty0", host="gw-1", sequence=46, code="SYS-5-CONFIG_I"),
    Line("<189>45: 12345: 000046: Nov 27 10:00:00.100: %SYS-5-CONFIG_I: ¦by vty0", host="12345", sequence=46, code="SYS-5-CONFIG_I"),
    Line(
        "<180>31: cucm-pub: Nov 27 2026 01:00:00 PM.685 UTC :  %UC_LOGIN-4-AuthenticationFailed: ¦%[App ID=Cisco Tomcat]: Login failed.",
        host="cucm-pub",
        sequence=31,
        code="UC_LOGIN-4-AuthenticationFailed",
        severity=4,
        time="2026-11-27T13:00:00.685Z",
    ),
    Line(
        "<180>Nov 27 12:00:00 AM.685 UTC : %UC_LOGIN-4-AuthenticationFailed: ¦Login failed.",
        code="UC_LOGIN-4-AuthenticationFailed",
        severity=4,
        time="2026-11-27T00:00:00.685Z",
    ),
    *(
        Line(f"<189>{date} relay <187>{IOS.removeprefix('gw-1 ')}", host="relay", sequence=45, code="SYS-5-CONFIG_I")
        for date in DATES
    ),
    *(
        Line(f"<189>1 2026-11-27T10:00:00.100Z relay - - - - {beginning}: Nov 27 10:00:00.100 UTC: %SYS-5-CONFIG_I: ¦by vty0",
             host="gw-1", sequence=45, code="SYS-5-CONFIG_I")
        for beginning in ("27-Nov-2026 10:00:00 gw-1 45", "45:gw-1", "2026/11/27 10:00:00 gw-1 45")
    ),
    Line(
        "<78>Nov 27 10:00:00 nas.example 1 2026-11-27T10:00:00.100-00:00 nas.example /usr/sbin/cron 61898 - - ¦(root) CMD (atrun)",
        host="nas.example",
        tag="/usr/sbin/cron",
        pid="61898",
        severity=6,
    ),
    Line(
        "<188>%2SWPORT-W-LOCKPORTACTIVE: ¦A packet with source MAC 00:00:5e:00:53:01 came through locked port gi8",
        code="2SWPORT-4-LOCKPORTACTIVE",
        severity=4,
        time=None,
        clock="none",
    ),
    Line(
        '<187>12: [syslog@9 s_id="gw-1:514" s_sn="45"]: Nov 27 10:00:00.100 UTC: %LINK-3-UPDOWN: ¦Interface Gi0/0, changed state to down',
        host="gw-1",
        sequence=12,
        code="LINK-3-UPDOWN",
        severity=3,
    ),
    Line("<132>Nov 27 10:00:00 ¦[S=4711] [BID=2ed1c8:60] RAISE-ALARM:acTrunksAlarmNearEndLOF: Trunk", severity=4, time=AT_TEN),
    Line(
        "<189>Nov 27 10:00:00 kiwi Original Address=10.1.1.1 12: Nov 27 10:00:00.100: %SYS-5-CONFIG_I: ¦by vty0",
        host="10.1.1.1",
        sequence=12,
        code="SYS-5-CONFIG_I",
    ),
)  # fmt: skip
