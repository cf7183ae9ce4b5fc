"""Kill -9 at any step of putting a configuration back: the device goes back by itself, and nothing stays unnoticed."""

import asyncio
import random
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.backups.restore_victim import MINUTE
from tests.integration.backups.test_kill import ROOT
from tests.integration.backups.test_restore import WANTED
from tests.lab.site.ios_config import IosConfig
from tests.lab.site.ios_replace import Rollback
from tests.lab.site.ios_shell import IosDevice
from tests.lab.site.ssh_server import IosSshServer, SshAccount

GOOD = IosConfig.parse(WANTED).text()


@dataclass
class Stand:
    """The device, and the folder in which it was saved once."""

    config: IosConfig
    rollback: Rollback
    port: int
    saved: Path

    @property
    def shown(self) -> str:
        return self.config.text()

    def change(self) -> str:
        """Somebody changes the device by hand, and saves that; what it runs then."""
        self.config.blocks[:] = IosConfig.parse(WANTED).blocks
        self.config.apply("no dial-peer voice 1")
        self.config.apply("shutdown", self.config.block("interface GigabitEthernet0/0"))
        self.config.saved = self.shown
        self.rollback.files.clear()
        return self.shown

    async def life(self, folder: Path, step: int = 0) -> list[str]:
        """One life of the victim; what it said."""
        words = ["-m", "tests.integration.backups.restore_victim", str(folder), str(self.port), str(step)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, errors = await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode == (-9 if step else 0), errors.decode()
        return out.decode().splitlines()


async def kill_often(times: int, folder: Path) -> None:
    config = IosConfig.parse(WANTED)
    rollback = Rollback(config, MINUTE)
    server = IosSshServer(IosDevice(config, {}, rollback=rollback), SshAccount("noc", "s3cret-pass"))
    (saved := folder / "saved").mkdir()
    stand = Stand(config, rollback, await server.start("127.0.0.1", 0), saved)
    try:
        await stand.life(saved)
        shutil.copytree(saved, folder / "whole")
        stand.change()
        said = await stand.life(folder / "whole")
        assert "job done" in said
        assert stand.shown == GOOD == config.saved
        steps = int(said[-1].removeprefix("steps "))
        assert steps > 25
        chance = random.Random(7)
        for turn in range(times):
            step = turn * steps // times + 1 + chance.randrange(max(1, steps // times))
            shutil.copytree(saved, folder / f"cut-{turn}")
            await killed(stand, folder / f"cut-{turn}", min(step, steps))
            shutil.rmtree(folder / f"cut-{turn}")
    finally:
        await server.stop()


async def killed(stand: Stand, folder: Path, step: int) -> None:
    """The device runs what it ran, or what was wanted; and a person knows whatever is not as it was before."""
    before = stand.change()
    await stand.life(folder, step)
    said = await stand.life(folder)
    where = f"step {step}: {said}"
    assert not stand.rollback.pending, where
    assert stand.shown in (before, GOOD), f"half applied, {where}"
    alarms = [line for line in said if line.startswith("alarm restore.interrupted")]
    if "job done" in said:
        assert stand.shown == GOOD == stand.config.saved, where
    else:
        assert "job failed" in said, where
        assert len(alarms) == 2, where
        assert alarms[0].startswith("alarm restore.interrupted True"), where
        ended_well = alarms[-1].startswith("alarm restore.interrupted False")
        assert ended_well == (stand.shown == before), where


@pytest.mark.timeout(120)
async def test_a_restore_that_is_killed_at_any_step_is_taken_back_or_known(tmp_path: Path) -> None:
    await kill_often(5, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_hundred_times(tmp_path: Path) -> None:
    await kill_often(100, tmp_path)
