"""Judges a batch of signals; one that makes the pipeline fail costs itself only."""

from collections.abc import Callable, Sequence
from functools import partial

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import attempt
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.signal import Signal
from cmsp_agent.pipeline.alarm_state import Draft

Process = Callable[[Sequence[Signal], int], Draft]


def judge(process: Process, signals: Sequence[Signal], now: int, counters: Counters) -> Draft:
    """The draft of the whole batch; where one signal makes the pipeline fail, of all the others.

    Raises:
        StorageError: they fail together, though each alone does not.
    """
    draft = attempt("pipeline.batch", counters, lambda: process(signals, now))
    if draft is not None:
        return draft
    alone = partial(attempt, "pipeline.signal", counters)
    fit = [signal for signal in signals if alone(partial(process, [signal], now)) is not None]
    draft = attempt("pipeline.batch", counters, lambda: process(fit, now))
    if draft is None:
        raise StorageError(f"the pipeline failed over {len(fit)} signals")
    return draft
