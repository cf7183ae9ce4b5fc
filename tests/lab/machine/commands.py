"""Run the system's programs and say all they printed when one fails. Knows nothing of machines."""

import os
import subprocess
from collections.abc import Mapping

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SYSTEM_ENVIRONMENT: Mapping[str, str] = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
    "PATH": SYSTEM_PATH,
    "LC_ALL": "C.UTF-8",
}


class CommandFailed(Exception):
    """A program ended with another status than 0; the message holds its output."""


def run(*command: str, within: float = 60, check: bool = True) -> str:
    """Run a program with the system's PATH and return its standard output.

    Args:
        command: the program and its arguments.
        within: seconds after which the program is killed.
        check: raise where the program's status is not 0.

    Raises:
        CommandFailed: the program failed or took too long.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=within, check=False, env=dict(SYSTEM_ENVIRONMENT)
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{' '.join(command)}: not done in {within:g} s\n{error.stdout!r}") from error
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout
