"""Attempts of outsiders at the running agent's API, as a table: each gets nowhere, and the admin goes on."""

import asyncio
import json
import ssl
from pathlib import Path

import httpx
import pytest

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_support import command
from tests.lab.certificates import Authority, Identity
from tests.lab.headend.store import Stored
from tests.unit.cli.fakes import cmsp_agent

ADMIN, GUEST = "urn:cmsp:noc:admin", "urn:cmsp:noc:guest"
ROLES = f"api: {{roles: {{'{ADMIN}': admin}},"


def client(stage: Stage, identity: Identity | None, url: str, most: ssl.TLSVersion | None = None) -> httpx.AsyncClient:
    context = ssl.create_default_context(cafile=str(stage.headend.authority.path))
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    if most is not None:
        context.maximum_version = most
    return httpx.AsyncClient(verify=context, trust_env=False, base_url=url, headers={"X-Forwarded-For": "local"})


async def outcome(asked: httpx.AsyncClient) -> str:
    """What came of reading the status and of an unsafe call: the worse of the two, for us."""
    async with asked:
        answers = []
        for method, path in (("GET", "/v1/status"), ("POST", "/v1/components/gw-1/poll")):
            try:
                answer = await asked.request(method, path, headers={"Idempotency-Key": f"k-{method}"})
                answers.append(str(answer.status_code))
            except httpx.TransportError:
                answers.append("no answer")
        return max(answers)


def serial(identity: Identity) -> str:
    from cryptography import x509

    return f"{x509.load_pem_x509_certificate(identity.certificate.read_bytes()).serial_number:x}"


async def in_force(agent: Agent, revoked: str) -> None:
    await agent.reload()
    await until(lambda: revoked.lstrip("0").upper() in agent.configuration.api.revoked)


async def the_noc_reads_the_appliance(stage: Stage, admin: Identity, url: str) -> None:
    """Commands that look at this machine when they run on the appliance ask the agent when it is elsewhere."""
    ca = str(stage.headend.authority.path)
    way = ("--url", url, "--cert", str(admin.certificate), "--key", str(admin.key), "--ca", ca)
    answers = {
        words: await asyncio.to_thread(cmsp_agent, *way, *words.split(), width=200)
        for words in ("config show --json", "tunnel status --json", "tunnel test --json", "config check", "secret list")
    }
    assert [ending.code for ending in answers.values()] == [0] * 5, answers
    assert "file" in answers["secret list"].out
    assert json.loads(answers["tunnel test --json"].out)["up_mbit"] > 1
    assert f"{stage.workspace.site_yaml}: good" in answers["config check"].out
    code, out, err = await command(
        *way, "rules", "replay", "--json"
    )  # by the agent's rules, without a copy of its file
    assert (code, {"events", "incidents"} <= json.loads(out).keys()) == (0, True), err
    assert "gw-1" in answers["config show --json"].out
    assert json.loads(answers["tunnel status --json"].out)["mode"] == "external"


async def test_nobody_from_outside_gets_anywhere(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("api: {", ROLES)
        authority, other = stage.headend.authority, Authority(tmp_path / "other", "another CA")
        async with running(stage.load()) as agent:
            url = f"https://127.0.0.1:{agent.api.server.port}"
            admin, withdrawn = authority.client("admin", ADMIN), authority.client("withdrawn", ADMIN)
            kept = client(stage, withdrawn, url)
            assert (await kept.get("/v1/status")).status_code == 200
            stage.rewrite(ROLES, f"api: {{revoked: ['{serial(withdrawn)}'], {ROLES.removeprefix('api: {')}")
            await in_force(agent, serial(withdrawn))
            assert (await kept.get("/v1/status")).status_code == 403, "over a connection that was there before"
            await kept.aclose()
            attempts = {
                "no certificate": client(stage, None, url),
                "a certificate of another authority": client(stage, other.client("x", ADMIN), url),
                "one that is over": client(stage, authority.client("over", ADMIN, days=-1), url),
                "one for servers": client(stage, authority.server("srv"), url),
                "one that is revoked": client(stage, withdrawn, url),
                "one without a role": client(stage, authority.client("guest", GUEST), url),
                "one of another case": client(stage, authority.client("case", ADMIN.upper()), url),
                "one that names two": client(stage, authority.client("two", f"{ADMIN},{GUEST}"), url),
                "TLS 1.2": client(stage, admin, url, ssl.TLSVersion.TLSv1_2),
                "plain HTTP": httpx.AsyncClient(base_url=url.replace("https", "http"), trust_env=False),
                "another interface": client(stage, admin, url.replace("127.0.0.1", "127.0.0.2")),
            }
            found = {name: await outcome(asked) for name, asked in attempts.items()}
            by_role = {"one that is revoked", "one without a role", "one of another case", "one that names two"}
            assert found == {name: "403" if name in by_role else "no answer" for name in attempts}
            assert await outcome(client(stage, admin, url)) == "202"
            await the_noc_reads_the_appliance(stage, admin, url)

            def reported() -> set[str]:
                records: list[Stored] = stage.headend.store.records("demo", "cmsp.security.v1")
                return {str(record.data["type"]) for record in records}

            await until(lambda: {"security.certificate_refused", "security.call_refused"} <= reported())


@pytest.mark.parametrize("address", ["0.0.0.0", "[::ffff:0.0.0.0]", ""])
async def test_the_api_is_not_opened_to_every_interface(tmp_path: Path, address: str) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite('listen: "127.0.0.1:0"', f'listen: "{address}:8443"' if address else "listen: 8443")
        with pytest.raises(Exception, match=r"api\.listen"):
            async with running(stage.load()):
                await asyncio.sleep(0)
