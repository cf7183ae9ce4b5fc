"""Holds back what a device repeats word for word, and hands it on as one signal with a count. Judges nothing.

In a flood a device repeats itself. To judge and store each repetition costs many times what it takes to count it. The
owner calls `due` several times in two seconds, so that no count waits longer than that.

Order is kept where it matters. What raises or clears an alarm is held back only while the last report of that alarm was
the same. Any other signal of its component first releases what was held. Events in passing have no order.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

from cmsp_agent.model.event import AlarmKey
from cmsp_agent.model.signal import Signal, SyslogSignal, TrapSignal, times

EVERY = 0.7
"""Seconds between two calls of `due`."""
KEPT = 8
"""Calls of `due` for which words that are not repeated are remembered."""
MOST_KNOWN = 5_000
"""Signals whose repetitions are held back: thousands that differ would fill the memory."""

Words: TypeAlias = Hashable
"""What two signals have in common that say the same."""
Reported: TypeAlias = tuple[Signal, Sequence[AlarmKey]]
"""A signal that was judged, and the alarms that it raised or cleared: what only passes has no order to keep."""


class Repeats:
    """What each component said last, as long as it may repeat it."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}
        self._unsettled: list[_Said] = []
        self._calls = 0
        self._known = 0

    def take(self, signals: Iterable[Signal]) -> list[Signal]:
        """Return the signals to judge now, in order, and count the others. `learn` or `forget` must follow."""
        fresh: list[Signal] = []
        latest: dict[str, int] = {}
        for signal in signals:
            component = signal.component
            said = self._said.get(component)
            if said is not None:
                if said.hold(signal):
                    continue
                if said.settled:
                    fresh += said.unsettle()
                    self._unsettled.append(said)
            place = latest.get(component)
            if place is not None and (again := _joined(fresh[place], signal)):
                fresh[place] = again
                continue
            latest[component] = len(fresh)
            fresh.append(signal)
        return fresh

    @property
    def any(self) -> bool:
        """Something was said that may be repeated: `due` has something to do."""
        return bool(self._said)

    def due(self) -> list[Signal]:
        """All that was held back. It must be judged before what is taken after it, and is not taken again."""
        held = [signal for said in self._said.values() for signal in said.release()]
        self._calls += 1
        if self._calls % KEPT == 0:
            self._said = {component: said for component, said in self._said.items() if said.age()}
            self._known = sum(len(said.ordered) for said in self._said.values())
        return held

    def learn(self, reported: Iterable[Reported]) -> None:
        """What was judged is durable: its repetitions may be held back from now on."""
        for signal, keys in reported:
            said = self._said.get(signal.component)
            if said is None:
                if words_of(signal) is None:
                    continue
                said = self._said[signal.component] = _Said()
            if said.learn(signal, keys, keep=self._known < MOST_KNOWN):
                self._known += 1
        self._settle()

    def end(self, key: AlarmKey) -> None:
        """The alarm was cleared, by whomever: what raises it again is no repetition."""
        said = self._said.get(key.component)
        if said is not None:
            said.end(key)

    def forget(self) -> None:
        """What was to be judged is not durable: nothing that has an order is a repetition in those components."""
        for said in self._unsettled:
            said.forget()
        self._settle()

    def _settle(self) -> None:
        for said in self._unsettled:
            said.settled = True
        self._unsettled.clear()


class _Held:
    """The last of the signals that are held back in the same words, and how many they are."""

    __slots__ = ("count", "signal")

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.count = times(signal)

    def repeated(self) -> Signal:
        """Merge repetitions into one signal."""
        return _repeated(self.signal, self.count)


class _Said:
    """What one component said, and how often it was repeated."""

    __slots__ = ("held", "last_words", "ordered", "settled", "used")

    def __init__(self) -> None:
        self.ordered: dict[Words, bool] = {}
        """What may be held back, and whether it has an order to keep."""
        self.last_words: dict[AlarmKey, Words] = {}
        self.held: dict[Words, _Held] = {}
        self.used: set[Words] = set()
        self.settled = True
        """What was taken last is judged. Until then only what has no order is held back."""

    def hold(self, signal: Signal) -> bool:
        """Count it where it says what was said last."""
        words = words_of(signal)
        ordered = self.ordered.get(words)
        if ordered is None or (ordered and not self.settled):
            return False
        held = self.held.get(words)
        if held is None:
            self.held[words] = _Held(signal)
        else:
            held.signal = signal
            held.count += times(signal)
        return True

    def unsettle(self) -> list[Signal]:
        """Hold back nothing that has an order, and give what was."""
        self.settled = False
        ordered = [words for words in self.held if self.ordered.get(words, True)]
        return [self.held.pop(words).repeated() for words in ordered]

    def release(self) -> list[Signal]:
        """What was held, each with its count; nothing is held any longer."""
        self.used.update(self.held)
        released = [held.repeated() for held in self.held.values()]
        self.held.clear()
        return released

    def learn(self, signal: Signal, keys: Sequence[AlarmKey], *, keep: bool) -> bool:
        """It has the last word on these alarms: who had it before is not repeated any more. True: it is new."""
        words = words_of(signal)
        is_new = words not in self.ordered
        for key in keys:
            self.end(key)
        if words is None or (is_new and not keep):
            return False
        self.ordered[words] = bool(keys)
        self.used.add(words)
        self.last_words.update((key, words) for key in keys)
        return is_new

    def end(self, key: AlarmKey) -> None:
        """What was said last of the alarm is over."""
        words = self.last_words.pop(key, None)
        if words is not None:
            self.ordered.pop(words, None)

    def forget(self) -> None:
        """Of what has an order nothing is known."""
        self.last_words.clear()
        self.ordered = {words: ordered for words, ordered in self.ordered.items() if not ordered}

    def age(self) -> bool:
        """Forget what has not been said since the last time; whether anything is left."""
        self.ordered = {words: ordered for words, ordered in self.ordered.items() if words in self.used}
        self.last_words = {key: words for key, words in self.last_words.items() if words in self.ordered}
        self.used.clear()
        return bool(self.ordered)


def words_of(signal: Signal) -> Words | None:
    """The key that repetitions of this signal share; None: it is never a repetition."""
    if isinstance(signal, SyslogSignal):
        return (signal.mnemonic, signal.text, signal.severity)
    if isinstance(signal, TrapSignal) and not signal.inform:  # an inform is acknowledged when it is durable
        return (signal.trap_oid, signal.varbinds)
    return None


def _joined(first: Signal, second: Signal) -> Signal | None:
    """Both as one, where the second repeats the first: at the time of the first, in the place of the second."""
    words = words_of(first)
    if words is None or words != words_of(second):
        return None
    count = times(first) + times(second)
    if isinstance(first, SyslogSignal) and isinstance(second, SyslogSignal):
        return first._replace(times=count, sequence=second.sequence)
    assert isinstance(first, TrapSignal)
    assert isinstance(second, TrapSignal)
    return first._replace(times=count, uptime=second.uptime)


def _repeated(signal: Signal, count: int) -> Signal:
    assert isinstance(signal, SyslogSignal | TrapSignal)
    return signal._replace(times=count)
