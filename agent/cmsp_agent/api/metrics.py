"""Counters, those at 0 too, and gauges as Prometheus text (exposition format 0.0.4). Counts nothing itself."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import State
from cmsp_agent.model.register import REGISTER, described, gauge_of

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "cmsp_"
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")


def exposition(counters: Counters, states: Mapping[str, State], figures: Mapping[str, float]) -> str:
    """The text.

    Args:
        counters: a key becomes the label that the register names.
        states: the availability of the components, shown as one series each.
        figures: gauges that were read for this look.
    """
    gauges = {**counters.gauges(), **figures}
    return "".join(f"{line}\n" for line in (*_counts(counters), *_gauges(gauges), *_components(states)))


def _counts(counters: Counters) -> Iterator[str]:
    counted = set(counters.names())
    # an alert on what grows misses the first of it where the counter was not there before
    idle = [(counter.name, "", 0) for counter in REGISTER if "*" not in counter.name and counter.name not in counted]
    for name, rows in groupby(sorted([*counters.labelled(), *idle]), key=lambda row: row[0]):
        metric, declared = f"{_metric(name)}_total", described(name)
        yield f"# HELP {metric} {declared.help}"
        yield f"# TYPE {metric} counter"
        for _, key, count in rows:
            yield f"{metric}{_label(declared.label, key)} {count}"


def _gauges(gauges: Mapping[str, float]) -> Iterator[str]:
    published = [(*gauge_of(name), value) for name, value in gauges.items()]
    for gauge, rows in groupby(sorted(published, key=lambda row: (row[0].metric, row[1])), key=lambda row: row[0]):
        metric = _metric(gauge.metric)
        yield f"# HELP {metric} {gauge.help}"
        yield f"# TYPE {metric} gauge"
        for _, varies, value in rows:
            yield f"{metric}{_label(gauge.label, varies)} {value:g}"


def _components(states: Mapping[str, State]) -> Iterator[str]:
    metric = f"{PREFIX}component_state"
    yield f"# HELP {metric} 1 for the availability that the component has"
    yield f"# TYPE {metric} gauge"
    for name, state in sorted(states.items()):
        yield f'{metric}{{component="{_escaped(name)}",state="{state.value}"}} 1'


def _metric(name: str) -> str:
    return PREFIX + _NOT_IN_NAMES.sub("_", name)


def _label(name: str, value: str) -> str:
    return f'{{{name}="{_escaped(value)}"}}' if value else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
