"""What can happen to a device, as data: which objects change and what the device then says. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.lab.site.notices import TICKS, Notice, Notification, SyslogLine, number, words
from tests.lab.site.walk import Cell, Typed, type_tags

IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
LAPD_OPER_STATUS = "1.3.6.1.2.1.10.20.1.3.4.1.2"
DS1_LINE_STATUS = "1.3.6.1.2.1.10.18.6.1.10"
RUNNING_LAST_CHANGED = "1.3.6.1.4.1.9.9.43.1.1.1.0"

COLD_START = "1.3.6.1.6.3.1.1.5.1"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
LINK_UP = "1.3.6.1.6.3.1.1.5.4"
LAYER2_CHANGE = "1.3.6.1.4.1.9.9.26.2.0.3"
LINE_STATUS_CHANGE = "1.3.6.1.2.1.10.18.15.0.1"
RUNNING_CONFIG_CHANGED = "1.3.6.1.4.1.9.9.43.2.0.2"
ON_BATTERY = "1.3.6.1.2.1.33.2.1"
LOSS_OF_SIGNAL = 64


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens: new values of objects, then what is said, in order."""

    objects: Mapping[str, Cell] = field(default_factory=dict)
    says: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Pri:
    """A primary rate interface: where it stands in the walk.

    Attributes:
        port: slot/subslot/port of the controller, ``0/1/0``.
        controller: ifIndex of the E1.
        channel: ifIndex of the D-channel.
    """

    port: str
    controller: int
    channel: int

    @property
    def d_channel(self) -> str:
        """The D-channel's full interface name."""
        return f"Serial{self.port}:15"


FIRST_PRI = Pri("0/1/0", 10, 20)
SECOND_PRI = Pri("0/1/1", 11, 21)


def pri_layer2(pri: Pri, up: bool) -> Happening:
    """The carrier's switch stops answering on the D-channel, or answers again; the line itself is fine."""
    status = 3 if up else 2
    word = "up" if up else "down"
    return Happening(
        objects={f"{LAPD_OPER_STATUS}.{pri.channel}": number(status)},
        says=(
            _layer2_change(pri, status),
            SyslogLine(
                f"ISDN-6-LAYER2{word.upper()}", f"Layer 2 for Interface Se{pri.port}:15, TEI 0 changed to {word}"
            ),
        ),
    )


def pri_line(pri: Pri, up: bool) -> Happening:
    """The E1 itself is cut, or comes back: controller, D-channel and LAPD with it."""
    line, lapd, oper = (1, 3, 1) if up else (LOSS_OF_SIGNAL, 1, 2)
    word, reason = ("up", "") if up else ("down", " (LOS detected)")
    return Happening(
        objects={
            f"{DS1_LINE_STATUS}.{pri.controller}": number(line),
            f"{IF_OPER_STATUS}.{pri.controller}": number(oper),
            f"{IF_OPER_STATUS}.{pri.channel}": number(oper),
            f"{LAPD_OPER_STATUS}.{pri.channel}": number(lapd),
        },
        says=(
            Notification(LINE_STATUS_CHANGE, ((f"{DS1_LINE_STATUS}.{pri.controller}", number(line)),)),
            SyslogLine("CONTROLLER-5-UPDOWN", f"Controller E1 {pri.port}, changed state to {word}{reason}"),
            SyslogLine("LINK-3-UPDOWN", f"Interface {pri.d_channel}, changed state to {word}"),
            _link(pri.channel, up),
            _layer2_change(pri, lapd),
            SyslogLine(
                f"ISDN-6-LAYER2{word.upper()}", f"Layer 2 for Interface Se{pri.port}:15, TEI 0 changed to {word}"
            ),
        ),
    )


def interface(index: int, name: str, up: bool) -> Happening:
    """An Ethernet interface loses its link, or has it again."""
    word = "up" if up else "down"
    return Happening(
        objects={f"{IF_OPER_STATUS}.{index}": number(1 if up else 2)},
        says=(_link(index, up), SyslogLine("LINK-3-UPDOWN", f"Interface {name}, changed state to {word}")),
    )


def configured(user: str, terminal: str, ticks: int) -> Happening:
    """Somebody left configuration mode after a change, `ticks` hundredths of a second after the start."""
    now = Typed(TICKS, ticks)
    event = "1.3.6.1.4.1.9.9.43.1.1.6.1"
    return Happening(
        objects={RUNNING_LAST_CHANGED: now},
        says=(
            Notification(
                RUNNING_CONFIG_CHANGED,
                ((RUNNING_LAST_CHANGED, now), (f"{event}.6.1", number(5)), (f"{event}.8.1", words(user))),
            ),
            SyslogLine("SYS-5-CONFIG_I", f"Configured from console by {user} on {terminal} (127.0.0.1)"),
        ),
    )


def srst(active: bool) -> Happening:
    """The site loses its call manager, and the gateway keeps its phones; or the call manager is back."""
    state = "1.3.6.1.4.1.9.9.441.1.3.1.0"
    now = number(1 if active else 2)
    says = Notification("1.3.6.1.4.1.9.9.441.0.1", (("1.3.6.1.4.1.9.9.441.2.2.2.1.0", number(3)), (state, now)))
    return Happening({state: now}, (says,))


def call(number_called: str, channel: str, seconds: int | None = None) -> SyslogLine:
    """A call by a PRI has been connected, or is over after so many seconds."""
    if seconds is None:
        return SyslogLine("ISDN-6-CONNECT", f"Interface {channel} is now connected to {number_called} N/A")
    over = f"Interface {channel}  disconnected from {number_called} , call lasted {seconds} seconds"
    return SyslogLine("ISDN-6-DISCONNECT", over)


HISTORY_LENGTH = "1.3.6.1.2.1.10.21.1.4.1.0"
"""DIAL-CONTROL-MIB callHistoryTableMaxLength: the device keeps a history of calls."""
CALL_HISTORY = "1.3.6.1.4.1.9.10.25.1.4.3.1"
"""CISCO-DIAL-CONTROL-MIB cCallHistoryEntry."""


def ended_call(row: int, number_called: str, interface: int, uptime: float, seconds: int) -> Happening:
    """The history has one more call, which ended normally just now."""
    ended = round(uptime * 100)
    cells = {
        3: words(number_called),
        5: number(112),
        7: number(interface),
        8: Typed(type_tags["hex"], b"\x10"),
        9: words("normal call clearing (16)"),
        10: Typed(TICKS, ended - 100 * seconds),
        11: Typed(TICKS, ended),
        12: number(1),
    }
    return Happening({f"{CALL_HISTORY}.{column}.{row}": cell for column, cell in cells.items()})


def started(software: str) -> Happening:
    """The device comes up after a loss of power."""
    return Happening(says=(Notification(COLD_START), SyslogLine("SYS-5-RESTART", f"System restarted --\n{software}")))


def on_battery(on: bool) -> Happening:
    """The UPS loses its mains input, or has it again."""
    remaining = "1.3.6.1.2.1.33.1.2.3.0"
    seconds = "1.3.6.1.2.1.33.1.2.2.0"
    objects = {"1.3.6.1.2.1.33.1.4.1.0": number(5 if on else 3), seconds: number(5 if on else 0)}
    binds = ((remaining, number(58)), (seconds, number(5)), ("1.3.6.1.2.1.33.1.9.7.0", number(5)))
    return Happening(objects, (Notification(ON_BATTERY, binds),) if on else ())


def _layer2_change(pri: Pri, status: int) -> Notification:
    channel = pri.channel
    return Notification(
        LAYER2_CHANGE,
        ((f"1.3.6.1.2.1.2.2.1.1.{channel}", number(channel)), (f"{LAPD_OPER_STATUS}.{channel}", number(status))),
    )


def _link(index: int, up: bool) -> Notification:
    return Notification(
        LINK_UP if up else LINK_DOWN,
        (
            (f"1.3.6.1.2.1.2.2.1.1.{index}", number(index)),
            (f"1.3.6.1.2.1.2.2.1.7.{index}", number(1)),
            (f"{IF_OPER_STATUS}.{index}", number(1 if up else 2)),
        ),
    )
