"""Help from afar, on the running agent: what is wrong and what to do, a bundle without a secret, the remote client."""

import asyncio
import base64
import io
import json
import logging
import tarfile
from pathlib import Path

import httpx

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.cli.test_agent import PROGRAM
from tests.lab.site.site import ACCESS_SECRETS


async def command(*words: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


def contents(archive: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        files = [(entry.name, bundle.extractfile(entry)) for entry in bundle]
        return {name.rpartition("/")[2]: file.read().decode() for name, file in files if file is not None}


async def test_the_bundle_holds_what_helps_and_no_secret(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        values = [value for value in ACCESS_SECRETS.values() if len(value) > 5]
        logging.getLogger("cmsp_agent.test").warning("quoted", extra={"line": "enable secret 9 $9$abc"})
        for value in values:
            agent.events.notices.note("agent.notice", "x", f"a text that quotes {value} and goes on")
            logging.getLogger("cmsp_agent.test").warning("quoted", extra={"error": f"login {value!r} refused"})
        socket = ("--socket", str(stage.workspace.api_socket))
        file = tmp_path / "bundle.tar.gz"
        code, out, err = await command(*socket, "support-bundle", "-o", str(file))
        assert (code, err.count("failed")) == (0, 0), out + err
        found = contents(file.read_bytes())
        assert json.loads(found["status.json"])["appliance"]["id"] == "demo"
        assert "a text that quotes <hidden> and goes on" in found["events.json"] + found["log.json"]
        everything = "\n".join(found.values())
        for value in values:
            encoded = base64.b64encode(value.encode()).decode().rstrip("=")[:-1]
            assert not any(form in everything for form in (value, value.encode().hex(), encoded)), value
        assert "$9$abc" not in everything
        keys = [path.read_bytes() for path in stage.load().configuration.appliance.state.glob("master.key")]
        assert keys
        assert not any(key.strip().decode() in everything for key in keys)
        metrics = await command_metrics(stage)
        for name in (
            "outbox_depth",
            "outbox_oldest_seconds",
            "loop_lag_seconds",
            "database_size_bytes",
            "pool_busy",
        ):
            assert f"cmsp_{name}" in metrics


async def command_metrics(stage: Stage) -> str:
    """What Prometheus would read."""
    transport = httpx.AsyncHTTPTransport(uds=str(stage.workspace.api_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        return (await client.get("/v1/metrics")).text


async def test_the_doctor_names_what_is_wrong_here_and_from_afar(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("api: {", 'api: {roles: {"urn:cmsp:appliance:noc": observer}, ')
        caller, authority = stage.headend.client("noc"), stage.headend.authority.path
        file = str(stage.workspace.site_yaml)
        here = ("--socket", str(stage.workspace.api_socket), "doctor", "--config", file)
        async with running(stage.load()) as agent:
            await until(polled(agent, 16))
            await until(lambda: not agent.events.service.alarm_state.active)
            code, out, err = await command(*here)
            assert (code, out) == (0, "nothing is wrong\n"), out + err
            await stage.site.kill("gw-1")
            await until(
                lambda: any(key.component == "gw-1" for key in agent.events.service.alarm_state.active), within=40
            )
            port = agent.api.server.port
            files = ("--cert", str(caller.certificate), "--key", str(caller.key), "--ca", str(authority))
            afar = ("--url", f"https://127.0.0.1:{port}", *files)
            code, out, err = await command(*afar, "doctor")
            assert (code, err) == (1, "")
            assert "1 down: gw-1\n   do: check its power" in out
            code, out, _ = await command(*afar, "component", "list")
            assert (code, "gw-1" in out) == (0, True)
            code, _, err = await command(*afar, "component", "poll", "gw-1")
            assert (code, "observer" in err) == (3, True)
            stage.rewrite("sites:", "sitez:")
            code, out, _ = await command(*here)
            assert code == 1
            assert "sitez" in out
            assert "config check" in out
        code, out, _ = await command(*here)
        assert "the agent is not running" in out
        code, _, err = await command(*afar, "status")
        assert (code, "is the tunnel up" in err) == (4, True)
