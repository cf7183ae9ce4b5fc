"""Curves over time: as text by plotext, as SVG by ourselves. Knows nothing of where the figures come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import plotext

from cmsp_agent.model.figures import figure

WIDTH, HEIGHT = 900, 360
LEFT, RIGHT, TOP, BOTTOM = 90, 20, 40, 60
COLOURS = ("#1668b8", "#c4481a", "#2a8a3e", "#8a3ea8", "#a88b00", "#0d8f8f", "#b8285a", "#555555")
"""Apart on white, and told apart by most who don't see all colours."""
TICKS = 5
A_DAY = 86_400.0
HOLE = 3.0
"""Times the usual distance of two points: from there on nothing was measured, and no line is drawn."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A series: times in seconds since the epoch; least and most are empty, or have one for each time."""

    name: str
    unit: str
    times: Sequence[float]
    values: Sequence[float]
    least: Sequence[float] = field(default=())
    most: Sequence[float] = field(default=())

    @property
    def stretches(self) -> Iterator[range]:
        """The points between which something was measured all the time."""
        gaps = sorted(after - before for before, after in zip(self.times, self.times[1:], strict=False))
        usual = gaps[len(gaps) // 2] if gaps else 0.0
        start = 0
        for place in range(1, len(self.times)):
            if self.times[place] - self.times[place - 1] > HOLE * usual:
                yield range(start, place)
                start = place
        yield range(start, len(self.times))


@dataclass(frozen=True, slots=True)
class Frame:
    """What of time and value a graph shows."""

    start: float
    end: float
    low: float
    high: float

    @classmethod
    def around(cls, curves: Sequence[Curve]) -> "Frame":
        """All of the curves; zero is in it where no value is below."""
        times = [at for curve in curves for at in curve.times]
        values = [one for curve in curves for part in (curve.values, curve.least, curve.most) for one in part]
        low, high = min(values), max(values)
        low = min(low, 0.0)
        start, end = min(times), max(times)
        return cls(start, end if end > start else start + 1, low, high if high > low else low + 1)

    @property
    def times(self) -> list[float]:
        """Where the time is written."""
        return [self.start + place * (self.end - self.start) / (TICKS - 1) for place in range(TICKS)]

    @property
    def values(self) -> list[float]:
        """Where the value is written."""
        return [self.low + place * (self.high - self.low) / (TICKS - 1) for place in range(TICKS)]

    def moment(self, at: float) -> str:
        """A time, as short as the whole permits; UTC."""
        form = "%H:%M" if self.end - self.start <= A_DAY else "%d %b %H:%M"
        return datetime.fromtimestamp(at, UTC).strftime(form)


def text(title: str, curves: Sequence[Curve], width: int, height: int) -> str:
    """A graph of so many columns and lines, without colour."""
    frame, unit = Frame.around(curves), curves[0].unit
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, height)
    plotext.title(f"{title} (UTC)")
    plotext.xlim(frame.start, frame.end)
    plotext.ylim(frame.low, frame.high)
    plotext.xticks(frame.times, [frame.moment(at) for at in frame.times])
    plotext.yticks(frame.values, [figure(value, unit) for value in frame.values])
    for curve in curves:
        for number, places in enumerate(curve.stretches):
            at = [curve.times[place] for place in places]
            label = curve.name if number == 0 and len(curves) > 1 else None
            plotext.plot(at, [curve.values[place] for place in places], marker="braille", label=label)
            for edge in (curve.least, curve.most):
                if edge:
                    plotext.scatter(at, [edge[place] for place in places], marker="dot")
    return str(plotext.uncolorize(plotext.build()))


def svg(title: str, curves: Sequence[Curve]) -> str:
    """A graph as an SVG document; the area between least and most is shaded."""
    frame = Frame.around(curves)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
            ' font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{_escaped(title)}</text>',
        *_axes(frame, curves[0].unit),
    ]
    for number, curve in enumerate(curves):
        parts += _drawn(frame, curve, COLOURS[number % len(COLOURS)])
        if len(curves) > 1:
            across = LEFT + (number % 4) * (WIDTH - LEFT - RIGHT) // 4
            colour, down = COLOURS[number % len(COLOURS)], HEIGHT - 24 + number // 4 * 16
            parts.append(f'<text x="{across}" y="{down}" fill="{colour}">{_escaped(curve.name)}</text>')
    return "\n".join((*parts, "</svg>", ""))


def _axes(frame: Frame, unit: str) -> Iterator[str]:
    for value in frame.values:
        down = _y(frame, value)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down}" y2="{down}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{down + 4:.1f}" text-anchor="end">{_escaped(figure(value, unit))}</text>'
    for at in frame.times:
        moment = f"{frame.moment(at)} UTC" if at == frame.start else frame.moment(at)
        yield f'<text x="{_x(frame, at)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{moment}</text>'


def _drawn(frame: Frame, curve: Curve, colour: str) -> Iterator[str]:
    for places in curve.stretches:
        if curve.least:
            upper = [_point(frame, curve.times[place], curve.most[place]) for place in places]
            lower = [_point(frame, curve.times[place], curve.least[place]) for place in reversed(places)]
            yield f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" opacity="0.2"/>'
        line = " ".join(_point(frame, curve.times[place], curve.values[place]) for place in places)
        yield (
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-linecap="round"'
            ' stroke-linejoin="round"/>'
        )


def _point(frame: Frame, at: float, value: float) -> str:
    return f"{_x(frame, at)},{_y(frame, value)}"


def _x(frame: Frame, at: float) -> float:
    return round(LEFT + (at - frame.start) / (frame.end - frame.start) * (WIDTH - LEFT - RIGHT), 1)


def _y(frame: Frame, value: float) -> float:
    return round(HEIGHT - BOTTOM - (value - frame.low) / (frame.high - frame.low) * (HEIGHT - TOP - BOTTOM), 1)


def _escaped(text: str) -> str:
    return escape("".join(letter for letter in text if letter.isprintable()))
