"""A file put back on played web interfaces of an AudioCodes and a Ribbon: kept where all is well, else sent back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.model.component import BackupPlan
from cmsp_agent.model.errors import AgentError, CommandRejected, DeviceAnswerInvalid, DeviceUnreachable, Refused
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.restore_order import RestorableDevices, RestoreOrder, RestoreReports, RestoreTimes
from cmsp_agent.services.backups.ssh_reading import unwatched
from cmsp_agent.services.backups.uploading import UploadDevice, uploading
from cmsp_agent.transports.device_web import WebClient
from cmsp_plugins.audiocodes.plugin import AUDIOCODES
from cmsp_plugins.ribbon_sbc.plugin import RIBBON_SBC
from tests.integration.backups.test_web import INI, INI_CALL, Rig, component, fetching, identity, packed, played
from tests.lab.certificates import Identity
from tests.lab.played.web import PlayedWeb, Said

__all__ = ["identity"]
CHANGED = INI.replace(b"10.1.0.5", b"10.1.0.99")
TIMES = RestoreTimes(minutes=5, minute=0.1, watch=0.05, between=0.03)
PUT, RESTORE, BACKUP = "PUT /api/v1/files/ini", "POST /rest/system?action=restore", "POST /rest/system?action=backup"


@dataclass
class Device:
    """What it runs, what it was sent, and how it takes that."""

    runs: bytes
    answer: Said = Said()  # noqa: RUF009 - frozen
    takes: Any = bytes
    """Makes of a file what it runs then."""
    starting: int = 0
    """Readings after which it has started anew."""
    sent: list[bytes] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    left: int = 0

    def show(self, _: bytes) -> Said:
        if self.left:
            self.left -= 1
            return Said(b"<html>starting</html>", 503 if self.left % 2 else 200)
        return Said(self.runs)

    def take(self, body: bytes) -> Said:
        boundary = body.split(b"\r\n", 1)[0].removeprefix(b"--").decode()
        form: Any = message_from_bytes(
            f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode() + body
        )
        for part in form.get_payload():
            if part.get_filename():
                self.sent.append(part.get_payload(decode=True))
            else:
                self.fields[str(part.get_param("name", header="content-disposition"))] = str(part.get_payload())
        if self.answer.status < 400 and b"<http_code>5" not in self.answer.body:
            self.runs, self.left = self.takes(self.sent[-1]), self.starting
        return self.answer


@dataclass
class Restoring:
    """The service, and what it did."""

    rig: Rig
    restores: Restores
    faults: list[str]
    steps: list[tuple[str, str]]

    async def put_back(self, version: str) -> dict[str, Any]:
        plan = await self.restores.plan(RestoreOrder("sbc", version, "noc"))
        assert plan.way == "upload"
        return await self.restores.run(RestoreOrder("sbc", version, "noc", plan.fingerprint), unwatched)


@asynccontextmanager
async def restoring(folder: Path, kind: DeviceType, port: int, *, permitted: bool = True) -> AsyncIterator[Restoring]:
    asked = replace(component(port), type=kind.name, backup=BackupPlan(upload=permitted))
    faults, steps = list[str](), list[tuple[str, str]]()
    async with fetching(folder, kind, asked) as rig:
        client: WebClient = rig.backups._read._client  # type: ignore[attr-defined]

        def device(component: Any, platform: Any, minutes: int) -> UploadDevice:
            return uploading(client, component, platform, "", rig.backups.texts.of("sbc").redacted)

        async def report(order: RestoreOrder, step: str, outcome: str) -> None:
            steps.append((step, outcome.partition(":")[0]))

        async def tell(signal: Any) -> None:
            rig.reported.append(signal)

        devices = RestorableDevices(device, lambda name: list(faults))
        restores = Restores(rig.backups, devices, RestoreReports(report, tell), SystemClock(), times=TIMES)
        yield Restoring(rig, restores, faults, steps)


def audiocodes(device: Device) -> PlayedWeb:
    return PlayedWeb({INI_CALL: device.show, PUT: device.take})


async def saved_then_changed(here: Restoring, device: Device) -> str:
    outcome = await here.rig.backups.run("sbc", "schedule")
    assert outcome.backup is not None
    device.runs = CHANGED
    return outcome.backup.id


@pytest.mark.parametrize("starting", [0, 4])
async def test_a_file_is_put_back_byte_for_byte(tmp_path: Path, identity: Identity, starting: int) -> None:
    device = Device(INI, starting=starting)
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port) as here:
            done = await here.put_back(await saved_then_changed(here, device))
            assert done["result"] == "restored"
            assert device.sent == [INI]
            assert ("verify", "done") in here.steps


async def test_an_archive_goes_with_its_form_and_keeps_the_passwords(tmp_path: Path, identity: Identity) -> None:
    first = packed({"config.xml": b"<a/>"}, 1)
    device = Device(first, answer=Said(b"<root><http_code>200</http_code></root>"))
    web = PlayedWeb({BACKUP: device.show, RESTORE: device.take, "POST /rest/logout": Said()}, form="/rest/login")
    with played(web, identity) as port:
        async with restoring(tmp_path, RIBBON_SBC, port) as here:
            version = await saved_then_changed(here, device)
            device.runs = packed({"config.xml": b"<b/>"}, 2)
            assert (await here.put_back(version))["result"] == "restored"
            assert device.sent == [first]
            assert device.fields == {"ReplacePasswords": "0"}


QUOTED = b'{"status": "line 4 SNMPReadOnlyCommunityString_0 = canary-x", "password": "' + b"canary" * 300 + b'"}'


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (Said(b"bad file", 400), CommandRejected, "400: bad file"),
        (Said(QUOTED, 400), CommandRejected, "400: .*line 4 SNMPReadOnlyCommunityString_0 = <hidden>"),
        (Said(b"HA synchronization", 409), DeviceUnreachable, "HA synchronization"),
    ],
)
async def test_a_file_that_is_refused_changes_nothing(
    tmp_path: Path, identity: Identity, answer: Said, error: type[AgentError], word: str
) -> None:
    device = Device(INI, answer=answer)
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port) as here:
            version = await saved_then_changed(here, device)
            with pytest.raises(error, match=word) as refused:
                await here.put_back(version)
            assert "canary" not in f"{refused.value}{here.steps}{here.rig.reported}"
            assert device.sent == [INI]  # once: nothing is sent back to a device that took nothing
            assert here.rig.reported[-1].raised


async def test_a_refusal_under_a_good_status_is_one(tmp_path: Path, identity: Identity) -> None:
    first = packed({"config.xml": b"<a/>"}, 1)
    device = Device(first, answer=Said(b"<root><http_code>500</http_code></root>"))
    web = PlayedWeb({BACKUP: device.show, RESTORE: device.take, "POST /rest/logout": Said()}, form="/rest/login")
    with played(web, identity) as port:
        async with restoring(tmp_path, RIBBON_SBC, port) as here:
            version = await saved_then_changed(here, device)
            device.runs = packed({"config.xml": b"<b/>"}, 2)
            with pytest.raises(CommandRejected, match="refused"):
                await here.put_back(version)


async def test_a_file_that_was_taken_otherwise_is_taken_back(tmp_path: Path, identity: Identity) -> None:
    device = Device(INI, takes=lambda sent: sent.replace(b"SyslogServerIP = 10.1.0.5", b"Name = Gr\xfc\xdfe"))
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port) as here:
            version = await saved_then_changed(here, device)
            with pytest.raises(DeviceAnswerInvalid, match="runs what it ran before") as caught:
                await here.put_back(version)
            assert r"Gr\xfc\xdfe" in str(caught.value)  # what is no UTF-8 can't be stored in an event as it is
            assert device.sent == [INI, CHANGED]


async def test_a_fault_after_it_takes_it_back(tmp_path: Path, identity: Identity) -> None:
    device = Device(INI)
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port) as here:
            version = await saved_then_changed(here, device)

            def taken(sent: bytes) -> bytes:
                here.faults.append("sip.trunk.down")
                return sent

            device.takes = taken
            with pytest.raises(DeviceAnswerInvalid, match=r"sip.trunk.down.*what it ran before"):
                await here.put_back(version)
            assert device.runs == CHANGED


async def test_it_is_off_unless_the_component_permits_it(tmp_path: Path, identity: Identity) -> None:
    device = Device(INI)
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port, permitted=False) as here:
            version = await saved_then_changed(here, device)
            with pytest.raises(Refused, match="not proven"):
                await here.put_back(version)
            assert device.sent == []


async def test_an_agent_that_ended_after_the_file_was_sent_says_what_the_device_runs(
    tmp_path: Path, identity: Identity
) -> None:
    device = Device(INI)
    with played(audiocodes(device), identity) as port:
        async with restoring(tmp_path, AUDIOCODES, port) as here:
            version = await saved_then_changed(here, device)
            assert (await here.rig.backups.run("sbc", "restore")).error is None
            device.runs = INI
            await here.restores.follow(RestoreOrder("sbc", version, "noc"))
            assert here.rig.reported[-1].raised
            assert here.rig.reported[-1].text == f"the device runs {version}"
            device.runs = CHANGED
            await here.restores.follow(RestoreOrder("sbc", version, "noc"))
            assert not here.rig.reported[-1].raised
