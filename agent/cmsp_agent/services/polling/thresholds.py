"""Judges figures by thresholds: with hysteresis, and only after they were crossed for long enough."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.model.component import Component, Threshold
from cmsp_agent.model.figures import figure as with_unit
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import ObservedState
from cmsp_agent.pipeline.built_in import THRESHOLD_CROSSED
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import OWN_UNITS, figures_of

OF_THE_AGENT = (Threshold("icmp.loss", 20.0, 5.0, 600.0, "warning", origin="agent"),)
"""What is measured of every component."""
JUDGED_BY_MEAN = {"icmp.loss": 10}
"""KPIs of which one poll has a few samples only: the mean of so many polls is judged."""


def in_force(component: Component, kind: DeviceType) -> tuple[Threshold, ...]:
    """The thresholds of a component: the configuration's, then its type's, then the agent's; one for each KPI."""
    figures = [*figures_of(kind)]
    of_type = (
        Threshold(kpi.name, limit.raise_at, limit.clear_at, limit.for_, limit.severity.value, limit.falling, kind.name)
        for kpi in figures
        if (limit := kpi.limit) is not None
    )
    units = OWN_UNITS | {kpi.name: kpi.unit for kpi in figures}
    found: dict[str, Threshold] = {}
    for threshold in (*component.thresholds, *of_type, *OF_THE_AGENT):
        found.setdefault(threshold.kpi, replace(threshold, unit=units.get(threshold.kpi.partition("[")[0], "")))
    return tuple(found.values())


class Limits:
    """The thresholds of a component in force, each with its origin; made once for each type that it is found to be.

    Args:
        component: the configuration's come first.
        wanted: whether it gets any.
    """

    def __init__(self, component: Component, *, wanted: bool) -> None:
        self._component, self._wanted = component, wanted
        self._kind: DeviceType | None = None
        self._in_force: tuple[Threshold, ...] = ()

    def by(self, kind: DeviceType) -> tuple[Threshold, ...]:
        """Those for a device of the type."""
        if self._kind is not kind:
            self._kind, self._in_force = kind, in_force(self._component, kind) if self._wanted else ()
        return self._in_force


class CrossedThresholds:
    """What of one component is over its threshold, and since when. Starts without a verdict on anything."""

    def __init__(self) -> None:
        self._crossed_since: dict[str, float] = {}
        self._latest: dict[str, deque[float]] = {}
        self._raised: set[str] = set()
        self._absent: dict[str, int] = {}
        """Raised series that have no figure any more, though their KPI has, and for how many readings."""
        self._free: set[str] = set()
        """Series that have no threshold, of which that was said: an alarm of a threshold that is gone ends so."""

    def judge(
        self, thresholds: Sequence[Threshold], figures: Mapping[str, float], at: float, lacking: Collection[str] = ()
    ) -> tuple[ObservedState, ...]:
        """What holds and what does not; a figure between both levels keeps what it was, and says nothing before.

        Args:
            thresholds: of a KPI (`if.in.errors`, all its series) or of one series (`if.in.errors[Gi0/0]`), which comes
                first.
            figures: KPI or `KPI[series]` → value.
            at: monotonic seconds.
            lacking: KPIs that the device does not have, or has no more.
        """
        by_name = {threshold.kpi: threshold for threshold in thresholds}
        return (*self._judge(by_name, figures, at), *self._gone(figures, lacking))

    def _gone(self, figures: Mapping[str, float], lacking: Collection[str]) -> Iterator[ObservedState]:
        """The ends of series whose row is gone, such as a port that was renamed: for the second reading now."""
        there = {*lacking, *(series.partition("[")[0] for series in figures)}
        absent = [each for each in self._raised if each not in figures and each.partition("[")[0] in there]
        self._absent = {series: self._absent.get(series, 0) + 1 for series in absent}
        for series in [each for each, readings in self._absent.items() if readings > 1]:
            self._raised.discard(series)
            self._crossed_since.pop(series, None)
            yield ObservedState(THRESHOLD_CROSSED, series, raised=False, text=f"{series} is measured no more")

    def _judge(
        self, by_name: Mapping[str, Threshold], figures: Mapping[str, float], at: float
    ) -> Iterator[ObservedState]:
        for series, figure in figures.items():
            threshold = by_name.get(series) or by_name.get(series.partition("[")[0])
            if threshold is None:
                if series not in self._free:
                    self._free.add(series)
                    yield ObservedState(THRESHOLD_CROSSED, series, raised=False, text=f"{series} has no threshold")
                continue
            figure = self._mean(series, figure)
            raised = self._verdict(threshold, series, figure, at)
            if raised is not None:
                severity = Severity(threshold.severity) if raised else None
                text = _text(threshold, series, figure, raised)
                yield ObservedState(THRESHOLD_CROSSED, series, raised, text, severity)

    def _mean(self, series: str, figure: float) -> float:
        over = JUDGED_BY_MEAN.get(series)
        if over is None:
            return figure
        latest = self._latest.setdefault(series, deque(maxlen=over))
        latest.append(figure)
        return round(sum(latest) / len(latest), 1)

    def _verdict(self, threshold: Threshold, series: str, figure: float, at: float) -> bool | None:
        if threshold.is_crossed(figure):
            since = self._crossed_since.setdefault(series, at)
            if at - since >= threshold.for_:
                self._raised.add(series)
        else:
            self._crossed_since.pop(series, None)
            if threshold.is_clear(figure):
                self._raised.discard(series)
                return False
        return True if series in self._raised else None


def _text(threshold: Threshold, series: str, figure: float, raised: bool) -> str:
    shown, back_at, level = (
        with_unit(each, threshold.unit) for each in (figure, threshold.clear_at, threshold.raise_at)
    )
    back = f"back {'above' if threshold.falling else 'below'} {back_at}"
    if not raised:
        return f"{series} is {shown}, {back}"
    if not threshold.is_crossed(figure):
        return f"{series} is {shown}, not yet {back}"
    lasting = f" for {with_unit(threshold.for_, 's')}" if threshold.for_ else ""
    return f"{series} is {shown}, at or {'below' if threshold.falling else 'above'} {level}{lasting}"
