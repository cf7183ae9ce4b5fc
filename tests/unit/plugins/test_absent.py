"""What says "not available" is a figure of no device type."""

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.plugin.api import NO_LEVEL
from cmsp_agent.services.polling.samples import says_none

SIGNED = {"A", "V", "W", "dB", "dBm", "°C"}
"""Units of sensors in which minus one may be a figure."""
MAY_BE_MINUS_ONE = {"ups.battery.current", "env.voltage"}
"""The other figures of these units in which it may: of a battery that is being emptied, of a supply of -5 V."""


def test_no_gauge_of_any_type_takes_all_bits_set_for_a_figure() -> None:
    types = installed().registry.types.values()
    gauges = [kpi for each in types for kpi in each.kpis if kpi.kind == "gauge" and not kpi.counts]
    assert len(gauges) > 300
    for kpi in gauges:
        sensor = kpi.name.startswith("sensor.") and kpi.name != "sensor.voltage_ac"
        if kpi.unit != "°C" and kpi.name not in MAY_BE_MINUS_ONE and not (sensor and kpi.unit in SIGNED):
            assert says_none(kpi, -1), kpi.name
        assert all(says_none(kpi, value) for value in NO_LEVEL if value > 0), kpi.name
        if kpi.unit == "percent" and not kpi.free and kpi.share_of is None and kpi.precision is None:
            assert says_none(kpi, 65535), kpi.name
            assert says_none(kpi, -1), kpi.name
