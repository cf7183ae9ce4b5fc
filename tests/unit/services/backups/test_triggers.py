"""A change that a device reported before the agent ended is saved after its next start."""

from types import SimpleNamespace
from typing import Any

from cmsp_agent.plugin.api import CONFIG_CHANGED
from cmsp_agent.services.backups.triggers import notice_unsaved_changes
from cmsp_agent.storage.tables import events
from tests.unit.services.backups.test_clean_text import WHOLE
from tests.unit.services.backups.test_service import Site, site
from tests.unit.storage.facts import an_event

__all__ = ["site"]


async def test_what_was_reported_and_not_saved_is_noticed(site: Site) -> None:
    for name in ("gw-1", "gw-2"):
        site.devices.answers[name] = [WHOLE]
        await site.backups.run(name, "schedule")
        await site.clock.advance(60.0)
    saved = site.clock.now()
    ago = {"gw-1": -30_000, "gw-2": -90_000, "gw-3": -30_000, "unknown": -30_000}

    def report(tx: Any) -> None:
        for number, (name, late) in enumerate(ago.items()):
            said = an_event(number, component=name, type=CONFIG_CHANGED.type, received_at=saved + late)
            events.insert(tx, said)

    await site.database.write(report)
    noticed = list[str]()
    runtime: Any = SimpleNamespace(state=site.database, clock=site.clock)
    watch: Any = SimpleNamespace(notice=noticed.append)
    await notice_unsaved_changes(runtime, site.backups, watch)
    assert noticed == ["gw-1"]
