"""States of a Cisco gateway that are faults when they are polled: lines, channels, peers, the surroundings. Data only.

Sources: IF-MIB, DS1-MIB, ISDN-MIB, BGP4-MIB, CISCO-ENVMON-MIB. Which of them a platform has is found by probing.
"""

from cmsp_agent.plugin.api import StateRule

CISCO = "1.3.6.1.4.1.9.9"
IF = "1.3.6.1.2.1.2.2.1"
IF_OPER_STATUS = f"{IF}.8"
ADMIN_UP = (f"{IF}.7", 1)
ISDN_LAPD_OPER_STATUS = "1.3.6.1.2.1.10.20.1.3.4.1.2"
DSX1_LINE_STATUS = "1.3.6.1.2.1.10.18.6.1.10"
DSX1_FAULTS = 2 | 4 | 8 | 16 | 32 | 64 | 256 | 512 | 1024 | 4096 | 8192 | 16384 | 32768
"""dsx1LineStatus without dsx1NoAlarm, loopbacks, test codes and performance thresholds."""
DSX1_WORDS = (
    (64, "loss of signal"),
    (32, "loss of frame"),
    (8, "alarm indication signal received (AIS)"),
    (2, "the far end has no frame (RAI, yellow)"),
    (4, "loss of frame reported to the far end"),
    (16, "alarm indication signal sent (AIS)"),
    (256, "AIS in time slot 16"),
    (512, "the far end has no multiframe"),
    (1024, "loss of multiframe reported to the far end"),
    (4096, "other failure"),
    (8192, "unavailable signal state"),
    (16384, "the carrier's equipment is out of service"),
    (32768, "AIS in the payload"),
    (128, "in a loop"),
    (2048, "test code received"),
    (65536, "performance threshold crossed"),
)
"""What the bits of dsx1LineStatus say, the gravest first."""
BGP_PEERS = "1.3.6.1.2.1.15.3.1"
"""bgpPeerTable (RFC 4273); the index is the peer's address."""
ENVMON_NORMAL, ENVMON_FAULTS = frozenset({1}), frozenset({2, 3, 4, 6})
"""CiscoEnvMonState; notPresent(5) is no fault."""


def _envmon(branch: str, kind: str, state: int) -> StateRule:
    label = f"{CISCO}.13.1.{branch}.1.2"
    return StateRule(f"{CISCO}.13.1.{branch}.1.{state}", kind, ENVMON_FAULTS, ENVMON_NORMAL, object=label)


STATES = (
    StateRule(IF_OPER_STATUS, "link.down", frozenset({2, 7}), frozenset({1}), only_if=ADMIN_UP, once_clear=True),
    StateRule(
        DSX1_LINE_STATUS,
        "ds1.down",
        frozenset(),
        frozenset(),
        bits=DSX1_FAULTS,
        words=DSX1_WORDS,
        only_if=ADMIN_UP,
        once_clear=True,
    ),
    StateRule(
        ISDN_LAPD_OPER_STATUS, "isdn.layer2.down", frozenset({1, 2}), frozenset({3}), only_if=ADMIN_UP, once_clear=True
    ),
    # bgpPeerState: established(6); bgpPeerAdminStatus: start(2). A peer stays in the table while it is configured
    StateRule(
        f"{BGP_PEERS}.2",
        "bgp.peer.down",
        frozenset({1, 2, 3, 4, 5}),
        frozenset({6}),
        only_if=(f"{BGP_PEERS}.3", 2),
        object="index",
        once_clear=True,
    ),
    _envmon("2", "env.voltage", 7),
    _envmon("3", "env.temperature", 6),
    _envmon("4", "env.fan", 3),
    _envmon("5", "env.power", 3),
)
