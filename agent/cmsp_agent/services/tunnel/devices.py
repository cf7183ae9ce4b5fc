"""Which devices the head-end may reach through the tunnel: by the partner's file alone, handed to the tunnel's process.

That process reads no file of the partner's. The agent writes it a document of addresses, and reads it strictly there.
"""

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import encode

FILE = "tunnel-devices.json"
MOST = 1000
MOST_BYTES = 64 * 1024
KEY = "headend.device_access"


def check_device_access(configuration: Configuration) -> None:
    """See to it that each component that is named is one, and has addresses to write a rule with.

    Raises:
        ConfigurationError: with all that can't be used.
    """
    problems = []
    for name in configuration.headend.device_access:
        if name not in configuration.components:
            problems.append(Problem("", 0, KEY, f"no component is called {name!r}"))
        elif not all(_is_address(each) for each in configuration.components[name].addresses):
            text = f"{name} has a name for its address: the tunnel's firewall wants an IP address"
            problems.append(Problem("", 0, KEY, text))
    if problems:
        raise ConfigurationError(problems)


def addresses_of(configuration: Configuration) -> list[str]:
    """The addresses that the head-end may reach."""
    named = (configuration.components[name] for name in configuration.headend.device_access)
    return sorted({str(ipaddress.ip_address(each)) for component in named for each in component.addresses})


def keep(state: Path, addresses: Sequence[str]) -> bool:
    """Write the document, where it says something else now; whether it did.

    Raises:
        StorageError: it can't be written.
    """
    wanted = encode(list(addresses))
    if (files.read(state / FILE, MOST_BYTES) or b"[]") == wanted:
        return False
    files.write_atomically(state / FILE, wanted)
    return True


def device_addresses(content: bytes) -> tuple[str, ...]:
    """The document, as the tunnel's process reads it.

    Raises:
        ValueError: anything in it is not what it should be.
    """
    given = json.loads(content)
    if not isinstance(given, list) or len(given) > MOST or not all(isinstance(each, str) for each in given):
        raise ValueError(f"{FILE}: a list of at most {MOST} addresses")
    return tuple(str(ipaddress.ip_address(each)) for each in given)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
