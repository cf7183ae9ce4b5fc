"""The few words in which command lines differ: how paging is turned off, how privileges and modes are entered."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one family of command lines understands; the defaults are those of IOS."""

    paging: tuple[str, ...] = ("terminal length 0", "terminal width 511")
    """Sent after the login. A refusal is no error: a pager that stays is paged through."""
    enable: str = "enable"
    configure: str = "configure terminal"
    leave: str = "end"
    save: str = "write memory"
    from_shell: str = ""
    """Leads from a Unix shell to the device's own command line, where the login has such a shell."""


_IOS = Dialect()
_DIALECTS = {
    "cisco_ios": _IOS,
    "cisco_xe": _IOS,
    "cisco_nxos": Dialect(save="copy running-config startup-config"),
    "cisco_asa": Dialect(paging=("terminal pager 0",)),
    "frr": Dialect(paging=("terminal length 0",), from_shell="vtysh"),
    "unix_shell": Dialect(paging=()),
    "audiocodes": Dialect(paging=(), configure="configure system", leave="exit", save="write"),
    "acmepacket": Dialect(paging=("terminal height 0",), leave="exit", save="save-config"),
}


def known_drivers() -> Collection[str]:
    """The names that a device type may give."""
    return _DIALECTS.keys()


def dialect_of(driver: str) -> Dialect:
    """The dialect of that name; IOS's for a name that nobody knows."""
    return _DIALECTS.get(driver, _IOS)
