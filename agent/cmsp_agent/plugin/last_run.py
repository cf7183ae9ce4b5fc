"""Which plugin ended the last process, if one did: it is put in quarantine before anything is loaded. Loads nothing."""

import logging
from collections.abc import Callable

from cmsp_agent.plugin.last_resort import LastCall, LastResort
from cmsp_agent.plugin.quarantine import Quarantine, Quarantined

log = logging.getLogger(__name__)

IMPORT = "import"
"""How the import of a plugin is named among its calls."""


def judge_last_run(
    last_resort: LastResort, quarantine: Quarantine, now: int, is_own: Callable[[str], bool]
) -> str | None:
    """Quarantine the plugin in whose call the last process ended, if it is to blame.

    A process that a timer of ours ended was held by that call. One that ended in the import of a plugin from outside is
    that plugin's fault too. In any other call, or in the product's own, it may have been killed by chance: twice in a
    row in the same call is none.

    Args:
        last_resort: what the last process left behind.
        quarantine: where to put the plugin.
        now: wall time, ms since the epoch, UTC.
        is_own: whether a plugin is the product's own.

    Returns:
        The plugin's name; None where none is to blame, or it is in quarantine already, by the watchdog.
    """
    last = last_resort.verdict()
    if last is None or last.plugin in quarantine.entries() or not _is_to_blame(last, is_own):
        return None
    try:
        quarantine.add(Quarantined(last.plugin, now, _reason(last), last.stack, last.call))
    except OSError:
        log.exception("quarantine can't be written; the plugin will be loaded again", extra={"plugin": last.plugin})
        return None
    return last.plugin


def _is_to_blame(last: LastCall, is_own: Callable[[str], bool]) -> bool:
    return bool(last.stack) or last.repeated or (last.call == IMPORT and not is_own(last.plugin))


def _reason(last: LastCall) -> str:
    if last.stack:
        return f"held the interpreter until the process ended, in {last.call}"
    times = "twice in a row " if last.repeated else ""
    return f"the agent's process ended {times}in its {last.call}: by a crash, or for want of memory"
