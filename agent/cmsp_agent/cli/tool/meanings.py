"""Which event a message means by the rules of the installed device types. Asks no agent."""

from collections.abc import Sequence

from cmsp_agent.aio.counters import Counters
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.tool.inputs import UnreadableInput
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.interfaces import Interfaces
from cmsp_agent.model.signal import SyslogSignal, TrapSignal, Value
from cmsp_agent.pipeline.built_in import UNKNOWN_SYSLOG, UNKNOWN_TRAP
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.transports.syslog.message import SyslogMessage


class _Always:
    """An inventory in which every component is of one type."""

    def __init__(self, device_type: DeviceType) -> None:
        self._type = device_type

    def device_type(self, component: str) -> DeviceType:  # noqa: ARG002 (all are alike)
        return self._type

    def interfaces(self, component: str) -> Interfaces:  # noqa: ARG002 (none is known)
        return Interfaces()


class MeaningOf:
    """The event's type for a message; None where no rule knows it."""

    def __init__(self, device_type: str = "") -> None:
        """Load the device types.

        Raises:
            UnreadableInput: there is no such device type.
        """
        types = installed().registry.types
        if device_type and device_type not in types:
            raise UnreadableInput(no_such("device type", device_type, types))
        chosen = [types[device_type]] if device_type else list(types.values())
        self._readers = [Normaliser({}, _Always(each), Counters()) for each in chosen]

    def __call__(self, message: SyslogMessage, received_at: int) -> str | None:
        """Ask each type until one knows it."""
        severity = 5 if message.severity is None else message.severity
        code = message.code or message.message_id or message.process
        signal = SyslogSignal("", received_at, code, message.text, severity, host=message.host)
        return self._event_of(signal)

    def of_trap(self, trap_oid: str, bindings: Sequence[tuple[str, Value | None]]) -> str | None:
        """The same for a trap."""
        known = tuple((oid, value) for oid, value in bindings if value is not None)
        return self._event_of(TrapSignal("", 0, trap_oid, known))

    def _event_of(self, signal: SyslogSignal | TrapSignal) -> str | None:
        for reader in self._readers:
            for event in reader(signal):
                if event.type not in (UNKNOWN_SYSLOG, UNKNOWN_TRAP):
                    return event.type
        return None
