"""Counters as Prometheus reads them."""

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.metrics import exposition
from cmsp_agent.model.component import State


def test_counters_gauges_and_states_become_lines() -> None:
    counters = Counters()
    counters.add("traps.received", 3)
    counters.add("traps.refused", 1, key='10.0.0.1 "x"\\')
    counters.add("traps.refused", 2, key="10.0.0.2")
    counters.gauge("events.waiting", lambda: 7)
    assert exposition(counters, {"gw-1": State.DOWN}).splitlines() == [
        "# HELP cmsp_traps_received_total Notifications received",
        "# TYPE cmsp_traps_received_total counter",
        "cmsp_traps_received_total 3",
        "# HELP cmsp_traps_refused_total Notifications refused: wrong community, user or key",
        "# TYPE cmsp_traps_refused_total counter",
        'cmsp_traps_refused_total{reason="10.0.0.1 \\"x\\"\\\\"} 1',
        'cmsp_traps_refused_total{reason="10.0.0.2"} 2',
        "# TYPE cmsp_events_waiting gauge",
        "cmsp_events_waiting 7",
        "# TYPE cmsp_component_state gauge",
        'cmsp_component_state{component="gw-1",state="down"} 1',
    ]
