"""Messages of several lines, which IOS sends as a datagram for each: further lines are added to the first.

They may arrive in different batches. The last message of a component that is known to send such lines is held back for
a moment, so that they find it. Messages of all other components go on at once.
"""

from functools import partial

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.services.receiving.intake import Received
from cmsp_agent.transports.syslog.framing import LONGEST_MESSAGE
from cmsp_agent.transports.syslog.further import continued, further_text, is_further
from cmsp_agent.transports.syslog.message import SyslogMessage


class Continued:
    """Puts messages together, component by component."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._last: dict[str, SyslogMessage] = {}
        self._talkers: set[str] = set()
        """Components that have sent further lines."""
        self._held: dict[str, SyslogSignal] = {}

    def add(self, signal: SyslogSignal, message: SyslogMessage, received: Received) -> None:
        """Take a line: a message, or a further line of the component's last one."""
        component = signal.component
        begun = None if message.mnemonic else self._last.get(component)
        if begun is not None and is_further(message, begun):
            self._counters.add("syslog.continued", key=component)
            self._talkers.add(component)
            self._last[component] = continued(begun, message)
            last = received.signals[-1] if received.signals else None
            if isinstance(last, SyslogSignal) and last.component == component:
                text, raw = f"{last.text}\n{further_text(message, begun.host)}", last.raw + b"\n" + signal.raw
                received.signals[-1] = last._replace(text=text[:LONGEST_MESSAGE], raw=raw[:LONGEST_MESSAGE])
                return
        else:
            self._last[component] = message
        received.signals.append(signal)

    def release(self, component: str, received: Received) -> None:
        """Put what was held of a component in front of what it says now."""
        held = self._held.pop(component, None)
        if held is not None:
            received.signals.append(held)
            received.give_up.append(partial(self._take_back, component, held))

    def holds(self, component: str) -> bool:
        """Whether a message of the component is held."""
        return component in self._held

    def _take_back(self, component: str, held: SyslogSignal) -> None:
        self._held.setdefault(component, held)

    def hold(self, component: str, received: Received) -> bool:
        """Hold the component's last message back, if further lines may come; whether it was."""
        if component not in self._talkers or not received.signals:
            return False
        last = received.signals[-1]
        if not isinstance(last, SyslogSignal) or last.component != component or last.sequence is None:
            return False
        self._held[component] = last
        received.signals.pop()
        return True
