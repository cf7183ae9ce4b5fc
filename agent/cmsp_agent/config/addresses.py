"""Addresses, subnets, endpoints and URLs as partners write them. Resolves no name: that is done off the loop, later."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_BROADCAST = ipaddress.IPv4Address("255.255.255.255")
_NOT_AN_ADDRESS = "not a valid IPv4 or IPv6 address"


@dataclass(frozen=True, slots=True)
class HostPort:
    """Where to listen.

    Attributes:
        address: An IPv4 or IPv6 literal; empty: all addresses of both families.
        port: 0 to 65535; 0 lets the kernel choose.
    """

    address: str
    port: int

    def __str__(self) -> str:
        if not self.address:
            return str(self.port)
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def parse_address(text: str) -> str:
    """Read an IP address or a host name, in its canonical form: lower case, `::ffff:a.b.c.d` as `a.b.c.d`.

    Raises:
        ValueError: neither.
    """
    bare = text.strip().removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _host_name(bare)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_unspecified or address.is_multicast or address == _BROADCAST:
        raise ValueError("an unspecified, multicast or broadcast address is nobody's own")
    if isinstance(address, ipaddress.IPv6Address) and address.is_link_local and not address.scope_id:
        raise ValueError(f"a link-local address wants the interface that it is behind: {address}%eth0")
    return str(address)


def _host_name(text: str) -> str:
    if hint := _too_much(text):
        raise ValueError(f"{_NOT_AN_ADDRESS}: {hint}")
    labels = text.rstrip(".").split(".")
    if ":" in text or labels[-1].isdigit() or len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(_NOT_AN_ADDRESS)
    return text.rstrip(".").lower()


def _too_much(text: str) -> str:
    """What to leave out of an address, where it is one but for that."""
    if "://" in text:
        return "leave out what stands before and after the host, as https://"
    if "/" in text:
        return "leave out the prefix length"
    if re.fullmatch(r"[^:]+:[0-9]+", text):
        return "leave out the port; each way in has a key for its own, as in snmp: {port: 1161}"
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", text) and re.search(r"(?<![0-9])0[0-9]", text):
        return "leave out the zeros before a number"
    return ""


def is_ip_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 literal rather than a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def parse_subnet(text: str) -> str:
    """Read `10.1.0.0/24` or `2001:db8::/64`.

    Raises:
        ValueError: no subnet, or host bits are set.
    """
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        pass
    try:
        loose = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise ValueError("not a subnet: write 10.1.0.0/24") from error
    raise ValueError(f"an address inside a subnet, not a subnet: {loose} is meant?")


def parse_searched(text: str) -> str:
    """Read a subnet in which devices are looked for.

    Raises:
        ValueError: no subnet, or one where no device of a site is.
    """
    subnet = parse_subnet(text)
    if kind := nobodys(ipaddress.ip_network(subnet)):
        raise ValueError(f"{subnet} is {kind}: no device of a site is there")
    return subnet


def nobodys(
    place: ipaddress.IPv4Network | ipaddress.IPv6Network | ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> str:
    """Why no device of a site can be at an address, or anywhere in a subnet; empty: it may."""
    kinds = {
        "loopback": place.is_loopback,
        "multicast": place.is_multicast,
        "unspecified": place.is_unspecified,
        "link-local": place.is_link_local,
    }
    return next((kind for kind, so in kinds.items() if so), "")


def parse_port(text: str) -> int:
    """Read a port, 0 to 65535.

    Raises:
        ValueError: not a port.
    """
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError("not a port from 0 to 65535: write 162, or 10.1.0.2:162")
    return int(text)


def parse_endpoint(text: str) -> HostPort:
    """Read `162`, `10.1.0.2:162` or `[2001:db8::2]:162`.

    Raises:
        ValueError: none of these.
    """
    host, _, port = text.rpartition(":")
    if host in {"", "*"}:
        return HostPort("", parse_port(port))
    bare = host.removeprefix("[").removesuffix("]")
    if ":" in bare and not host.startswith("["):
        raise ValueError("an IPv6 address goes in brackets before a port: [2001:db8::2]:162")
    return HostPort(parse_listening_address(bare), parse_port(port))


def parse_listening_address(text: str) -> str:
    """Read an IP literal to bind to; `0.0.0.0` and `::` are allowed here.

    Raises:
        ValueError: not an IP address; a name can't be bound to.
    """
    try:
        return str(ipaddress.ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError as error:
        raise ValueError(_NOT_AN_ADDRESS) from error


def parse_https_url(text: str) -> str:
    """Read a URL of the head-end: `https`, a host, no user or password in it.

    Raises:
        ValueError: anything else. The text of the error never repeats the URL.
    """
    try:
        parts = urlsplit(text.strip())
        host, _port, login = parts.hostname, parts.port, "@" in parts.netloc
    except ValueError as error:
        raise ValueError("not a URL: write https://host:8443") from error
    if parts.scheme != "https" or not host:
        raise ValueError("not an https:// URL with a host: write https://host:8443")
    if login:
        raise ValueError("no user or password in a URL: the agent shows its certificate")
    if parts.query or parts.fragment:
        raise ValueError("no query or fragment in this URL")
    return text.strip().rstrip("/")


def serial_number(text: str) -> str:
    """A certificate's serial number in hexadecimal, in one form: `openssl x509 -serial` and browsers differ.

    Raises:
        ValueError: not hexadecimal.
    """
    bare = text.removeprefix("serial=").replace(":", "").replace(" ", "").upper().removeprefix("0X")
    if bare.strip("0123456789ABCDEF"):
        raise ValueError("not a serial number: write it in hexadecimal, as `openssl x509 -noout -serial` prints it")
    return bare.lstrip("0")
