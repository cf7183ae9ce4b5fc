"""Where a device may answer from besides the address that was asked, and what was seen of it. Opens no socket.

An answer of v1 or v2c from elsewhere is taken where the component's settings permit it, and then only with the request
ID of a request that is out. One of v3 is taken when it is signed: the engine ID binds it, not the address.
"""

import ipaddress
import logging

log = logging.getLogger(__name__)

ANY = "any"


class Elsewhere:
    """One device's permission and habits.

    Args:
        address: that is asked.
        port: that is asked.
        permitted: `any`, or an address that answers may come from, with any port; empty: none.
    """

    def __init__(self, address: str, port: int, permitted: str) -> None:
        self._asked = (address, port)
        self._permitted = permitted if permitted in ("", ANY) else _plain(permitted)
        self.place = ""
        """Where the last such answer came from: `192.0.2.9 port 1161`; empty where none came."""
        self.community = ""
        """What was odd about the community of an answer, in words that don't contain it."""

    def permits(self, host: str) -> bool:
        """Whether an answer from there may be looked at."""
        return self._permitted in (ANY, _plain(host)) if self._permitted else False

    def came_from(self, host: str, port: int) -> None:
        """A true answer came from elsewhere."""
        place = f"{_plain(host)} port {port}"
        if not self.place:
            log.warning(
                "SNMP answers come from another address or port", extra={"device": self._asked[0], "from": place}
            )
        self.place = place

    def came_with(self, community: bytes) -> None:
        """An answer came with another community than it was asked with."""
        self.community = "another" if community else "an empty one"


def _plain(host: str) -> str:
    """An address as it is usually written, without the interface of a link-local one."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return host
