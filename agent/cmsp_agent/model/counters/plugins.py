"""Plugins."""

from cmsp_agent.model.counters.declaration import Counter, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "plugin",
        {
            "plugins.failed": "Calls of plugins that failed",
            "plugins.quarantined": "Plugins that are kept from loading",
            "plugins.refused": "Plugins that were not loaded",
            "plugins.misfits": "Answers of plugins that do not fit their hook",
            "plugins.unreadable_distributions": "Installed packages that could not be read",
        },
        loss=True,
    ),
    *declared(
        "plugin",
        {
            "plugins.slow": "Calls of plugins that took long",
        },
    ),
)
