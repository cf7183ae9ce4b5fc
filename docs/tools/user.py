"""Pages for the people who run the agent: types of devices with what to configure on them, and troubleshooting."""

import re
from pathlib import Path

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.pipeline.built_in import BUILT_IN
from docs.tools.causes import CAUSES
from docs.tools.markdown import cell, code, page, table

_HEADING = re.compile(r"^#+ ", re.MULTILINE)


def troubleshooting() -> str:
    """Each alarm type of the agent's own, with cause and remedy."""
    first = (
        "Begin with `cmsp-agent status`: the verdict, and each reason in one sentence. `cmsp-agent alarm list` shows"
        " the alarms that hold, `journalctl -u cmsp-agent` what the agent logged. An alarm that nothing else ends is"
        " ended by `cmsp-agent alarm clear`."
    )
    parts = []
    for alarm in sorted(BUILT_IN, key=lambda each: each.type):
        title = alarm.title.replace("{component}", "a component").replace("{object}", "…")
        remedy = alarm.recommendation.replace("{component}", "COMPONENT") or "Report it, so that a rule can be written."
        ends = "reported once" if alarm.transient else "ends by itself when it is over"
        parts.append(
            f"## {alarm.type}\n\n*{title}* ({alarm.severity.value}, {ends})\n\n"
            f"**Cause.** {CAUSES.get(alarm.type, title)}\n\n**Remedy.** {remedy}"
        )
    return page("Troubleshooting", "agent/cmsp_agent/pipeline/alarm_types, docs/tools/causes.py", first, *parts)


def device_types(root: Path) -> str:
    """Each device type, and what its plugin says of it: how it is known, and what to configure on the device."""
    host = installed()
    rows = [
        (
            code(kind.name),
            cell(kind.title),
            "by itself" if kind.sys_object_ids or kind.fallback else "named in the file",
            "yes" if kind.cli else "",
        )
        for kind in sorted(host.registry, key=lambda kind: kind.name)
    ]
    text = (
        "`type: auto`, the default, asks the device. What no type knows runs as `generic_snmp`, and as `reachability`"
        " without SNMP credentials. `cmsp-agent type show TYPE` shows what a type asks and understands."
    )
    pages = sorted((root / "plugins/cmsp_plugins").glob("*/README.md"))
    parts = [_HEADING.sub(lambda found: f"#{found[0]}", path.read_text().strip()) for path in pages]
    columns = ("type", "device", "recognised", "backups")
    return page("Device types, and what to configure on a device", "plugins", text, table(columns, rows), *parts)
