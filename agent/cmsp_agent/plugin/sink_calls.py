"""Calls the code of sinks, isolated: on a thread of its own, outside the host's watch over the event loop."""

import inspect
from collections.abc import Callable, Iterator, MutableMapping

from cmsp_agent.aio.supervise import failure_of
from cmsp_agent.plugin import notation
from cmsp_agent.plugin.entry_points import named
from cmsp_agent.plugin.record_sink import RecordSink
from cmsp_agent.plugin.source_line import first_line
from cmsp_agent.plugin.type_check import misfits, takes


def attempted(code: Callable[[], object]) -> str:
    """Run a sink's code on the present thread; why it failed, or nothing."""
    error = failure_of(code)
    return "" if error is None else named(error)


def take_sink(known: MutableMapping[str, RecordSink], candidate: object) -> list[str]:
    """Add a sink that a plugin brought to those that are known, or say what is wrong with it."""
    if not isinstance(candidate, RecordSink):
        return [f"sinks: a RecordSink is wanted, got {type(candidate).__name__}"]
    wrong = misfits(candidate, RecordSink)
    if wrong or not candidate.name or not callable(candidate.open):
        return [f"sinks: {text}" for text in wrong or ("a name and a function to open it are wanted",)]
    if candidate.name in known:
        return [f"sinks: {candidate.name!r} is registered already"]
    if unusable := [*_mistakes(candidate)]:
        return [f"{first_line(candidate.open)}: {text}" for text in unusable]
    known[candidate.name] = candidate
    return []


def _mistakes(sink: RecordSink) -> Iterator[str]:
    if not notation.NAME.match(sink.name):
        yield f"sinks: not a name ({sink.name!r}): lower case, digits, _ and -"
    if inspect.iscoroutinefunction(sink.open):
        yield f"sinks: {sink.name}: open is a plain function, not `async def`"
    elif not takes(sink.open, 1):
        yield f"sinks: {sink.name}: open is a function of the options"
