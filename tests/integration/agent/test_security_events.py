"""Security events reach the head-end as records of their own, and a person as evidence, without a secret."""

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import command, contents
from tests.lab.certificates import Authority
from tests.lab.site.site import ACCESS_SECRETS


def recorded(stage: Stage) -> dict[str, dict[str, Any]]:
    """The head-end's security records, by type."""
    return {record.data["type"]: record.data for record in stage.headend.store.records("demo", "cmsp.security.v1")}


async def outsider(port: int, folder: Path) -> None:
    """Somebody with a certificate of another authority."""
    authority = Authority(folder / "outside")
    identity = authority.client("nobody", "urn:cmsp:appliance:noc")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(identity.certificate, identity.key)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        writer.write(b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
    except OSError:
        return


def change_a_secret(folder: Path) -> str:
    """What it was before."""
    name = next(iter(ACCESS_SECRETS))
    secret = next(path for path in folder.rglob(name) if path.is_file())
    value = secret.read_text().strip()
    secret.write_text(f"{value}-changed")
    return value


async def test_what_bears_on_security_is_recorded_and_packed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        socket = ("--socket", str(stage.workspace.api_socket))
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            await outsider(agent.api.server.port, tmp_path)
            await agent.backups.backups.run("gw-1", "demand")
            value = change_a_secret(tmp_path)
            await agent.use(await asyncio.to_thread(stage.load))
            wanted = {"security.certificate_refused", "security.host_key_new", "security.credentials_changed"}
            await until(lambda: wanted <= recorded(stage).keys(), within=40)
            assert "gw-" in recorded(stage)["security.credentials_changed"]["text"]
            file = tmp_path / "evidence.tar.gz"
            code, out, err = await command(*socket, "evidence", "--since", "24h", "-o", str(file))
            assert code == 0, out + err
            found = contents(file.read_bytes())
            types = {json.loads(line)["type"] for line in found["security.json"].splitlines()}
            assert types >= wanted
            assert "GET /v1/evidence" in found["audit.json"]
            everything = "\n".join(found.values())
            assert f"{value}-changed" not in everything
            code, _, err = await command(*socket, "evidence", "--since", "yesterday", "-o", str(file))
            assert (code, "RFC 3339" in err) == (2, True)
