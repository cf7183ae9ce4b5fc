"""What ends a process from Python, refused to a plugin while it is imported. A crash or a kill is `last_run`'s."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from cmsp_agent.model.errors import PluginError


@contextmanager
def kept_alive() -> Iterator[None]:
    """Make os._exit raise a PluginError that names the plugin's mistake; sys.exit raises by itself."""

    def refused(status: int = 0) -> NoReturn:
        raise PluginError(f"import failed: it ends the agent's process: os._exit({status!r})")

    before = os._exit
    os._exit = refused
    try:
        yield
    finally:
        os._exit = before
