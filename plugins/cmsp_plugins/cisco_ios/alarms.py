"""Kinds of faults of a Cisco gateway, what each takes away, whose it likely is, and what to do."""

from dataclasses import replace

from cmsp_agent.plugin.api import CONFIG_CHANGED, AlarmType, Burst
from cmsp_plugins.cisco_ios.kinds import CRITICAL, MAJOR, MINOR, note
from cmsp_plugins.cisco_ios.notes import NOTE_TYPES

TRUNK = frozenset({"pstn", "emergency", "fax"})
"""What a way to the carrier carries."""

OFTEN = Burst(10, 300.0)
"""What is minor alone and major when it comes again and again."""

ALARMS = (
    AlarmType(
        "ds1.down",
        CRITICAL,
        "{component}: line {object} has failed",
        impairs=TRUNK,
        cause=5,
        responsible="carrier",
        recommendation="Check the cable and the carrier's termination, then report the circuit to the carrier.",
    ),
    AlarmType(
        "link.down",
        MAJOR,
        "{component}: interface {object} is down",
        cause=10,
        responsible="customer",
        recommendation="Check the cable and the device at its other end.",
    ),
    AlarmType(
        "isdn.layer2.down",
        CRITICAL,
        "{component}: PRI {object} is out of service (layer 2 down)",
        impairs=TRUNK,
        cause=30,
        responsible="carrier",
        recommendation="With the line itself in order, report the D-channel to the carrier.",
    ),
    AlarmType(
        "dialpeer.busied_out",
        CRITICAL,
        "{component}: dial-peer {object} is busied out",
        impairs=TRUNK,
        cause=45,
        responsible="carrier",
        recommendation="The SIP trunk's far end does not answer OPTIONS: check the path to it, then ask the carrier.",
    ),
    AlarmType(
        "sip.registration.failed",
        CRITICAL,
        "{component}: SIP registration of {object} fails",
        impairs=TRUNK,
        cause=45,
        responsible="carrier",
        recommendation="Check the registrar's address and the credentials of the trunk.",
    ),
    AlarmType("voiceport.down", MINOR, "{component}: voice port {object} is down", cause=20, responsible="customer"),
    AlarmType("dsp.down", MAJOR, "{component}: DSP {object} has failed", recommendation="Replace the DSP module."),
    AlarmType("env.temperature", MAJOR, "{component}: {object} is out of range", responsible="customer"),
    AlarmType("env.voltage", MAJOR, "{component}: voltage {object} is out of range"),
    AlarmType("env.fan", MAJOR, "{component}: {object} has failed", recommendation="Replace the fan tray."),
    AlarmType(
        "env.power", MAJOR, "{component}: {object} has failed", recommendation="Check the feed, then replace it."
    ),
    AlarmType("module.offline", MAJOR, "{component}: module {object} is offline"),
    AlarmType("cpu.high", MAJOR, "{component}: the processor is overloaded", incident=False),
    AlarmType("bgp.peer.down", MAJOR, "{component}: BGP neighbour {object} is down", cause=40),
    AlarmType("ospf.neighbour.down", MAJOR, "{component}: OSPF neighbour {object} is down", cause=40),
    AlarmType("eigrp.neighbour.down", MAJOR, "{component}: EIGRP neighbour {object} is down", cause=40),
    AlarmType("track.down", MAJOR, "{component}: tracked object {object} is down", cause=45),
    AlarmType("ipsla.threshold", MAJOR, "{component}: IP SLA {object} is over its threshold", cause=45),
    AlarmType("clock.holdover", MAJOR, "{component}: network clock in holdover ({object})", responsible="carrier"),
    AlarmType("aaa.server.dead", MAJOR, "{component}: RADIUS server {object} does not answer", responsible="customer"),
    note("device.restarted", MAJOR, "{component} has restarted"),
    note("device.reloading", MINOR, "{component} was told to reload"),
    CONFIG_CHANGED,
    note("memory.exhausted", CRITICAL, "{component}: a memory allocation failed"),
    note("environment.shutdown", CRITICAL, "{component} shuts itself down to protect itself"),
    note("environment.reported", MAJOR, "{component} reports its fans, power or temperature"),
    note("dsp.trouble", MAJOR, "{component}: trouble with DSP {object}"),
    replace(note("calls.failed", MINOR, "{component}: a call failed ({object})"), burst=OFTEN),
    note("calls.rejected", MAJOR, "{component}: calls are rejected ({object})"),
    note("calls.toll_fraud", MAJOR, "{component}: a call was rejected as toll fraud"),
    note("hsrp.changed", MINOR, "{component}: HSRP state of {object} changed"),
    note("snmp.authentication_failure", MINOR, "{component}: SNMP request with a wrong community or user"),
    replace(note("login.failed", MINOR, "{component}: a login failed"), burst=OFTEN),
    note("address.duplicate", MAJOR, "{component}: address {object} is in use twice"),
    note("licence.problem", MINOR, "{component}: licensing does not work"),
    *NOTE_TYPES,
)
