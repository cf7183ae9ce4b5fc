"""The SIP user agent of a Cisco gateway: requests, responses by class and code, retries, connections. Data only.

Source: CISCO-SIP-UA-MIB. In each of its groups odd numbers count what was received, even ones what was sent.
"""

from cmsp_agent.plugin.api import NO_COUNT, Kpi

SIP = "1.3.6.1.4.1.9.9.152.1.2"
IN, OUT = 0, 1
WAYS = (("in", IN), ("out", OUT))

INFORMATION, SUCCESS, REDIRECTION, CLIENT, SERVER, GLOBAL = (f"{SIP}.{group}" for group in range(1, 7))
REQUESTS, RETRIES, CONNECTIONS = f"{SIP}.7", f"{SIP}.8", f"{SIP}.10"

CODES = {
    "1xx": (INFORMATION, (("100", 1), ("180", 3), ("181", 5), ("182", 7), ("183", 9))),
    "4xx": (
        CLIENT,
        (
            *(("400", 1), ("401", 3), ("402", 5), ("403", 7), ("404", 9), ("405", 11), ("406", 13), ("407", 15)),
            *(("408", 17), ("409", 19), ("410", 21), ("413", 25), ("414", 27), ("415", 29), ("420", 31), ("480", 33)),
            *(("481", 35), ("482", 37), ("483", 39), ("484", 41), ("485", 43), ("486", 45), ("487", 47), ("488", 49)),
            *(("489", 51), ("422", 53), ("491", 55)),
        ),
    ),
    "5xx": (SERVER, (("500", 1), ("501", 3), ("502", 5), ("503", 7), ("504", 9), ("505", 11), ("580", 13))),
    "6xx": (GLOBAL, (("600", 1), ("603", 3), ("604", 5), ("606", 7))),
}
"""Class → the group of its counters, and (code, number of the counter of those received)."""

OK = (f"{SUCCESS}.5.1.2", f"{SUCCESS}.5.1.3")
"""cSipStatsSuccessOkInbounds and Outbounds, of which there is one for each method."""
OK_BEFORE = (f"{SUCCESS}.1.0", f"{SUCCESS}.2.0")
"""The same in all, deprecated."""
MOVED = (f"{REDIRECTION}.7.0", f"{REDIRECTION}.8.0")
"""cSipStatsRedirMovedTempsIns and Outs: the only redirections of which both ways are counted."""

METHODS = (("invites", 1), ("acks", 3), ("byes", 5), ("cancels", 7), ("options", 9), ("registers", 11))
RETRIED = (
    *(("invite", 1), ("bye", 2), ("cancel", 3), ("register", 4), ("response", 5), ("prack", 6)),
    *(("notify", 9), ("refer", 10), ("info", 11), ("subscribe", 12), ("options", 13)),
)
FAILURES = (
    *(("tcp.send", 1), ("udp.send", 2), ("tcp.closed", 3), ("udp.create", 4), ("tcp.create", 5)),
    *(("tls.create", 11), ("tls.send", 12), ("tls.closed", 14)),
)


def _count(name: str, *oids: str) -> Kpi:
    """A counter of messages of the user agent."""
    return Kpi(f"sip.{name}", "messages/s", oids, kind="counter32")


def _sum(name: str, oids: tuple[str, ...], *parts: str) -> Kpi:
    return Kpi(f"sip.answers.{name}", "messages/s", oids, kind="counter32", aggregate="sum", parts=parts)


def _of_class(name: str, way: str, place: int) -> Kpi:
    group, codes = CODES[name]
    first, *others = (f"{group}.{number + place}.0" for _, number in codes)
    return _sum(f"{way}.{name}", (first,), *others)


def _connections(name: str, number: int) -> Kpi:
    return Kpi(f"sip.connections.{name}", "connections", (f"{CONNECTIONS}.{number}.0",), absent=NO_COUNT)


_OPTIONS = ".7.79.80.84.73.79.78.83"
"""The row of cSipStatsSuccessOkTable of the method OPTIONS: its length, and its letters."""
OPTIONS = tuple(
    # of the last hour: which share of those that were sent to us we answered with 200, and of ours the others did
    Kpi(
        f"sip.options.{way}.answered",
        "percent",
        (f"{OK[1 - place]}{_OPTIONS}",),
        kind="ratio",
        hourly=(f"{REQUESTS}.{9 + place}.0",),
        scale=100.0,
    )
    for way, place in WAYS
)

BY_CLASS = (
    *(_of_class(name, way, place) for name in CODES for way, place in WAYS),
    *(_sum(f"{way}.2xx", (OK[place], OK_BEFORE[place]), f"{SUCCESS}.{3 + place}.0") for way, place in WAYS),
    *(_count(f"answers.{way}.302", MOVED[place]) for way, place in WAYS),
)
BY_CODE = tuple(
    _count(f"answers.{way}.{code}", f"{group}.{number + place}.0")
    for group, codes in CODES.values()
    for code, number in codes
    for way, place in WAYS
)

KPIS = (
    *(_count(f"{name}.{way}", f"{REQUESTS}.{number + place}.0") for name, number in METHODS for way, place in WAYS),
    *OPTIONS,
    *BY_CLASS,
    *BY_CODE,
    *(_count(f"retries.{name}", f"{RETRIES}.{number}.0") for name, number in RETRIED),
    *(_count(f"failures.{name}", f"{CONNECTIONS}.{number}.0") for name, number in FAILURES),
    *(_connections(*each) for each in (("udp", 8), ("tcp", 9), ("tls", 10))),
)
