"""What held back the incident of a recorded event: a silence or a maintenance window, for `rules explain`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cmsp_agent.config.configuration import MaintenanceWindow, Site
from cmsp_agent.config.load import read_document
from cmsp_agent.config.windows import parse_weekly
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.model.silence import Matcher, Silence
from cmsp_agent.model.times import parse_rfc3339
from cmsp_agent.pipeline.rules.cases import event_from
from cmsp_agent.pipeline.silences import SilenceRegister, Silences


def silenced_by(
    recorded: Mapping[str, Any],
    silences: Iterable[Mapping[str, Any]],
    config: Path,
    components: Mapping[str, Component],
) -> str:
    """What silenced a recorded event when it was received; empty: nothing.

    Args:
        recorded: the event as the API shows it.
        silences: all that are kept, likewise.
        config: the site file, for its weekly windows.
        components: by name, for their redundancy groups.
    """
    event = event_from(recorded)
    known = Silences(_sites(config), components, SilenceRegister(map(_silence, silences)))
    return known.described(event, event.received_at)


def _silence(row: Mapping[str, Any]) -> Silence:
    starts_at, ends_at = parse_rfc3339(row["starts_at"]), parse_rfc3339(row["ends_at"])
    matcher = Matcher(**row["matcher"])
    return Silence(row["id"], row["kind"], matcher, starts_at, ends_at, row["author"], row["reason"], starts_at)


def _sites(config: Path) -> Mapping[str, Site]:
    try:
        named = read_document(config).site_file.sites
    except ConfigurationError:  # its windows are not known
        return {}
    always = parse_weekly("24x7")
    return {
        name: Site(
            name,
            site.people,
            ZoneInfo(site.timezone),
            site.hours or always,
            tuple(MaintenanceWindow(window.name, window.when) for window in site.maintenance),
        )
        for name, site in named.items()
    }
