"""A folder whose maker was killed before it synced it: what a later run writes there outlasts a power cut."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.lab.disk import Disk, Loss, compiler
from tests.lab.disk.journal import ROOT, preloaded, steps

KILLED = "import os, sys; os.mkdir(sys.argv[1]); os._exit(9)"
WRITES = """
import sys
from pathlib import Path
from cmsp_agent.storage import files
folder = Path(sys.argv[1])
files.make_folder(folder)
files.write_atomically(folder / "kept", b"acknowledged")
"""


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler for the recorder")
def test_a_folder_that_a_killed_run_has_made_is_synced_by_the_next(tmp_path: Path) -> None:
    victim, found = tmp_path / "victim", tmp_path / "found"
    victim.mkdir()
    environment = {**os.environ, **preloaded(tmp_path, victim)}
    for code, ends in ((KILLED, 9), (WRITES, 0)):
        command = [sys.executable, "-c", code, str(victim / "folder")]
        assert subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=30).returncode == ends
    disk = Disk()
    for step in steps(tmp_path):
        disk.take(step)
    for loss in Loss:
        place = found / loss.value
        place.mkdir(parents=True)
        disk.found(str(victim), place, loss, Random(1))
        assert (place / "folder" / "kept").read_bytes() == b"acknowledged"
