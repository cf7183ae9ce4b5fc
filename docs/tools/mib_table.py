"""Write the table of names, enums and units of notifications: `python -m docs.tools.mib_table FACTS`.

FACTS is a folder with OIDS.tsv, NOTIFICATIONS.tsv and TCS.tsv, as made from MIB files by net-snmp. Only constants are
taken over: no description. Objects that no notification carries are left out, but for those of the standard MIBs.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

TABLE = Path("agent/cmsp_agent/pipeline/mib.tsv")
STANDARD = ("1.3.6.1.2.1.", "1.3.6.1.6.")
FORMS = {
    **dict.fromkeys(("TimeTicks", "TimeStamp"), "ticks"),
    "DateAndTime": "date",
    **dict.fromkeys(("MacAddress", "PhysAddress", "BridgeId", "SnmpEngineID", "LldpChassisId"), "hex"),
    **dict.fromkeys(("InetAddress", "RttMonTargetAddress", "IPSIpAddress"), "address"),
    **dict.fromkeys(("DisplayString", "SnmpAdminString", "OwnerString", "SonusName", "SonusEventString"), "text"),
    **dict.fromkeys(("Utf8String", "LongUtf8String", "InternationalDisplayString", "ControlString"), "text"),
}
OID = re.compile(r"[0-9.]+")
LABEL = re.compile(r"([A-Za-z][\w-]*)\s*\(\s*(-?\d+)\s*\)")

Row = dict[str, str]


def rows(file: Path) -> Iterator[Row]:
    """The rows of a file of facts."""
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def base_of(syntax: str, types: dict[str, str]) -> str:
    """What a textual convention stands for; other syntaxes as they are."""
    return types.get(syntax.split("(", maxsplit=1)[0].split("{", maxsplit=1)[0].strip(), syntax)


def form(row: Row, types: dict[str, str]) -> str:
    """How the object's values are shown, or its unit."""
    if base_of(row["syntax"], types).startswith("BITS"):
        return "bits"
    return FORMS.get(row["syntax"].split()[0].split("(")[0], row["units"])


def enum(syntax: str, types: dict[str, str]) -> str:
    """The labels of an enumerated INTEGER, or of BITS: `1=up,2=down`; empty for anything else."""
    base = base_of(syntax, types)
    if not base.startswith(("INTEGER", "Integer32", "BITS")) or "{" not in base:
        return ""
    return ",".join(f"{number}={label}" for label, number in LABEL.findall(base[base.index("{") :]))


def oids(row: Row, same_name: dict[tuple[str, str], str]) -> str:
    """The row's OID; where a name is in two MIBs, the one that lies under most of its own MIB's others."""
    found = OID.findall(row["oid"])
    if len(found) < 2:
        return found[0] if found else ""
    home = same_name.get((row["mib"], ""), "")
    return next((oid for oid in found if home and oid.startswith(home)), "")


def homes(all_rows: list[Row]) -> dict[tuple[str, str], str]:
    """For each MIB, the first eight arcs of its first unambiguous OID: enough to distinguish makers."""
    out: dict[tuple[str, str], str] = {}
    for row in all_rows:
        if row["oid"] and "|" not in row["oid"]:
            out.setdefault((row["mib"], ""), ".".join(row["oid"].split(".")[:7]) + ".")
    return out


def table(facts: Path) -> Iterator[str]:
    """The table's lines: OID, kind, name, unit or form, labels."""
    notifications, objects = list(rows(facts / "NOTIFICATIONS.tsv")), list(rows(facts / "OIDS.tsv"))
    types = {row["tc"]: row["syntax"] for row in rows(facts / "TCS.tsv")}
    where = homes([*objects, *notifications])
    carried = {name.strip() for row in notifications for name in row["varbinds"].split(",")}
    lines: dict[str, str] = {}
    for row in objects:
        oid = oids(row, where)
        readable = row["syntax"] and not row["syntax"].startswith("SEQUENCE")
        if oid and readable and (row["object"] in carried or oid.startswith(STANDARD)):
            lines.setdefault(oid, f"{oid}\to\t{row['object']}\t{form(row, types)}\t{enum(row['syntax'], types)}")
    for row in notifications:
        if oid := oids(row, where):
            lines[oid] = f"{oid}\tn\t{row['notification']}\t\t"
    yield from (lines[oid] for oid in sorted(lines, key=lambda oid: [int(arc) for arc in oid.split(".")]))


def main() -> int:
    """Write the table."""
    TABLE.write_text("".join(f"{line}\n" for line in table(Path(sys.argv[1]))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
