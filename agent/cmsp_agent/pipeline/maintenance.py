"""Maintenance windows of the sites: when faults are recorded and open no incident yet. Holds nothing back itself."""

from collections.abc import Mapping
from datetime import UTC, datetime

from cmsp_agent.config.configuration import Site


class MaintenanceWindows:
    """Answers by each site's own calendar. The week is local time, so a window moves with the clocks of the site."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self._sites = {name: site for name, site in sites.items() if site.maintenance}

    def window(self, site: str, now: int) -> str:
        """The name of the window that the site is in; empty: in none. `now` in ms since the epoch."""
        known = self._sites.get(site)
        if known is None:
            return ""
        local = datetime.fromtimestamp(now / 1000, UTC).astimezone(known.timezone)
        return next(
            (
                window.name or "maintenance"
                for window in known.maintenance
                if window.when.covers(local.weekday(), local.hour, local.minute)
            ),
            "",
        )


NO_WINDOWS = MaintenanceWindows({})
