"""Counters as Prometheus reads them."""

from functools import partial

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.metrics import exposition
from cmsp_agent.model.component import State


def test_counters_gauges_and_states_become_lines() -> None:
    counters = Counters()
    counters.add("traps.received", 3)
    counters.add("traps.refused", 1, key='10.0.0.1 "x"\\')
    counters.add("traps.refused", 2, key="10.0.0.2")
    counters.gauge("events.waiting", lambda: 7)
    for receiver, waiting in (("traps", 2), ("syslog", 1)):
        counters.gauge(f"{receiver}.waiting", partial(float, waiting))
    lines = exposition(counters, {"gw-1": State.DOWN}, {}).splitlines()
    idle = [line.split()[0] for line in lines if line.endswith("_total 0")]
    assert {"cmsp_polls_late_total", "cmsp_forwarder_evicted_total", "cmsp_traps_malformed_total"} <= set(idle)
    assert [line for line in lines if not set(line.replace("{", " ").split()) & set(idle)] == [
        "# HELP cmsp_traps_received_total Notifications received",
        "# TYPE cmsp_traps_received_total counter",
        "cmsp_traps_received_total 3",
        "# HELP cmsp_traps_refused_total Notifications refused: wrong community, user or key",
        "# TYPE cmsp_traps_refused_total counter",
        'cmsp_traps_refused_total{reason="10.0.0.1 \\"x\\"\\\\"} 1',
        'cmsp_traps_refused_total{reason="10.0.0.2"} 2',
        "# HELP cmsp_events_waiting Signals that wait for the database",
        "# TYPE cmsp_events_waiting gauge",
        "cmsp_events_waiting 7",
        "# HELP cmsp_receiver_waiting Messages that wait to be read",
        "# TYPE cmsp_receiver_waiting gauge",
        'cmsp_receiver_waiting{receiver="syslog"} 1',
        'cmsp_receiver_waiting{receiver="traps"} 2',
        "# HELP cmsp_component_state 1 for the availability that the component has",
        "# TYPE cmsp_component_state gauge",
        'cmsp_component_state{component="gw-1",state="down"} 1',
    ]
