"""Examples that `--help` shows of each command that has some: as a person types them, and tried by a test."""

from collections.abc import Mapping, Sequence

EXAMPLES: Mapping[str, Sequence[str]] = {
    "status": ("status", "status --json"),
    "events": ("events --component gw-1 --severity major", "events --follow"),
    "event show": ("event show 01a21f18-aa6d-7ae6-8785-a24740a7caf5 --raw",),
    "enrol": ("enrol --url https://enrol.example --token TOKEN",),
    "evidence": ("evidence --since 72h --output evidence.tar.gz",),
    "support-bundle": ("support-bundle --output bundle.tar.gz",),
    "component list": ("component list --state down", "component list --site paris --json"),
    "component show": ("component show gw-1",),
    "component poll": ("component poll gw-1",),
    "component test": ("component test gw-1",),
    "component host-key": ("component host-key gw-1", "component host-key gw-1 --forget"),
    "incident list": ("incident list --priority P1", "incident list --state restored", "incident list --all --json"),
    "incident acknowledge": ("incident acknowledge INC-000042 --note 'carrier called'",),
    "incident change": (
        "incident change INC-000042 --priority P1 --asked-by 'A. Martin'",
        "incident change INC-000042 --start --assignee jane --ticket CHG-7",
    ),
    "incident report": ("incident report 'no sound on calls' --component gw-1 --urgency major",),
    "alarm list": ("alarm list --component gw-1",),
    "alarm suppress": ("alarm suppress a24740a7caf5 --for 8h --reason 'carrier works'",),
    "alarm clear": ("alarm clear a24740a7caf5 --reason 'module was taken out'",),
    "silence add": ("silence add --component 'gw-*' --type 'link.*' --for 4h --reason 'new switch'",),
    "maintenance start": ("maintenance start --site paris --for 2h --reason 'power works'",),
    "backup run": ("backup run gw-1",),
    "backup diff": ("backup diff gw-1", "backup diff gw-1 latest --against known-good --side-by-side"),
    "backup grep": ("backup grep 'logging host'",),
    "backup restore": ("backup restore gw-1 known-good --dry-run",),
    "config check": ("config check", "config check new.yaml --secrets"),
    "config show": ("config show --path components.gw-1", "config show --running"),
    "config apply": ("config apply new.yaml --confirm-within 300",),
    "config diff": ("config diff 12 --against 10",),
    "kpi graph": ("kpi graph gw-1 cpu.load --resolution 1h",),
    "diagnose ping": ("diagnose ping gw-1 --count 20",),
    "diagnose get": ("diagnose get gw-1 1.3.6.1.2.1.1.3.0",),
    "diagnose walk": ("diagnose walk gw-1 1.3.6.1.2.1.2.2.1.8",),
    "rules explain": ("rules explain 01a21f18-aa6d-7ae6-8785-a24740a7caf5",),
    "secret set": ("secret set gw-password", "pass show gateways | cmsp-agent secret set gw-password"),
    "tool trap": ("tool trap capture.pcap",),
    "type show": ("type show cisco_ios",),
}
"""Command → what may be typed; a line that names the program is shown as it is."""


def shown_of(command: str) -> str | None:
    """The end of a command's help; None where it has no examples. The mark keeps the lines as they are."""
    lines = EXAMPLES.get(command, ())
    typed = (f"  {line}" if "cmsp-agent" in line else f"  cmsp-agent {line}" for line in lines)
    return "\n".join(("\b", "Examples:", *typed)) if lines else None
