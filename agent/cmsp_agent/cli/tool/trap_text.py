"""Traps as `snmptrapd` writes them: a name or OID and a value on each line, an empty line between traps."""

import re
from collections.abc import Iterator
from typing import Any

_BINDING = re.compile(r"((?:[A-Za-z][\w-]*::[A-Za-z]|\.?1\.3\.|iso\.3\.)[\w.\"\[\]-]*)\s*=?\s*(.*)\Z", re.DOTALL)
_KIND = re.compile(r"(?:STRING|INTEGER|OID|Hex-STRING|IpAddress|Gauge32|Counter(?:32|64)|Timeticks|BITS|Opaque): ?")
_TRAP = re.compile(r"snmpTrapOID\.0\Z|\.?1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0\Z")
_UPTIME = re.compile(r"(?:sysUpTimeInstance|sysUpTime\.0)\Z|\.?1\.3\.6\.1\.2\.1\.1\.3\.0\Z")


def traps_of_text(text: str) -> Iterator[dict[str, Any]]:
    """The traps, with the fields of `tool trap`; a block without snmpTrapOID is an error."""
    for block in re.split(r"\n[ \t\r]*\n", text.strip("\n")):
        pairs = [(found[1], _KIND.sub("", found[2], count=1).strip()) for found in _lines(block)]
        trap = next((value for name, value in pairs if _TRAP.search(name)), None)
        if trap is None:
            yield {"error": "no snmpTrapOID", "text": block[:200]}
            continue
        rest = [pair for pair in pairs if not _TRAP.search(pair[0]) and not _UPTIME.search(pair[0])]
        yield {**_named(trap), "bindings": [_binding(name, value) for name, value in rest]}


def _lines(block: str) -> Iterator[re.Match[str]]:
    """Bindings stand on a line each, or behind each other with tabs between them."""
    for line in re.split(r"[\r\n]+|\t(?=\S+ = )", block):
        found = _BINDING.match(line.strip())
        if found is not None:
            yield found


def _named(trap: str) -> dict[str, Any]:
    from cmsp_agent.pipeline.mib import mib_table

    oid = trap.removeprefix(".").replace("iso.", "1.", 1)
    numeric = oid.startswith("1.")
    name = mib_table().notification(oid) if numeric else trap.rpartition("::")[2]
    return {"trap_oid": oid if numeric else None, "name": name or None}


def _binding(name: str, value: str) -> dict[str, Any]:
    from cmsp_agent.pipeline.mib import mib_table

    oid = name.removeprefix(".").replace("iso.", "1.", 1)
    numeric = oid.startswith("1.")
    said = mib_table().name(oid) if numeric else name.rpartition("::")[2]
    quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return {"oid": oid if numeric else None, "name": said, "value": value[1:-1] if quoted else value}
