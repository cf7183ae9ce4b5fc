"""What devices print and people write names people: on the site it is shown, elsewhere an engineer alone sees it."""

import asyncio
import ssl
from pathlib import Path

import httpx

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import contents
from tests.lab.site.ios_config import IosConfig

WHO = "urn:cmsp:appliance"
ROLES = f"api: {{roles: {{'{WHO}:noc': operator, '{WHO}:lead': engineer}}, "
NUMBER, NAME = "0612349917", "jc.vandermolen"
PRINTED = {
    "call active voice brief": f"11E4 : 1 10:31:01.123 UTC Mon Mar 1 2026.1 +2190 pid:1 Answer {NUMBER[1:]} active\n",
    "logging": f"000123: Nov 28 10:00:00: %SYS-5-CONFIG_I: Configured from console by {NAME} on vty0 (10.0.0.9)\n",
    "sip-ua register status": f"{NUMBER[1:]}                  -1         130           yes\n",
    "dial-peer voice summary": f"1      pots  up   up             {NUMBER}   0  syst   up   0/1/0:15\n",
}
CONFIGURED = f"""
username {NAME} privilege 15 secret 9 abc
!
dial-peer voice 77 pots
 destination-pattern {NUMBER}
 port 0/1/0:15
!
"""
GATEWAY, BACKUPS = "/v1/components/gw-1", "/v1/components/gw-1/backups"
READS = (
    "/v1/jobs",
    "/v1/silences",
    f"/v1/backups/grep?text={NUMBER}",
    f"/v1/backups/grep?text={NAME}",
    f"{BACKUPS}/latest/content?redacted=true",
    f"{BACKUPS}/latest/diff",
)


async def done(http: httpx.AsyncClient, method: str, path: str, **document: object) -> str:
    """The job that a call made, once it is over."""
    key = {"Idempotency-Key": f"k-{path}-{document}"}
    job = (await http.request(method, path, headers=key, json=document or None)).json()["id"]
    state = ""
    while state not in ("done", "failed"):
        await asyncio.sleep(0.05)
        state = (await http.get(f"/v1/jobs/{job}")).json()["state"]
    assert state == "done", path
    return str(job)


async def read(http: httpx.AsyncClient) -> dict[str, str]:
    """Every answer, and the bundle."""
    answers = {path: (await http.get(path)).text for path in READS}
    bundle = await http.get(f"/v1/support-bundle/{await done(http, 'GET', '/v1/support-bundle')}")
    return answers | {"bundle": "\n".join(contents(bundle.content).values())}


async def prepare(stage: Stage, http: httpx.AsyncClient) -> None:
    """Two versions of a configuration, the answers to questions, a silence with a reason."""
    shell = stage.site["gw-1"].shell
    await done(http, "POST", BACKUPS)
    shell.config = IosConfig.parse(shell.config.text() + CONFIGURED)
    shell.show = {**shell.show, **PRINTED}
    await done(http, "POST", f"{BACKUPS}?")
    for what in PRINTED:
        await done(http, "POST", f"{GATEWAY}/diagnostics", kind="command", command=f"show {what}")
    silence = {"matcher": {"component": "gw-2"}, "for_seconds": 60, "reason": f"asked by user {NAME}, phone {NUMBER}"}
    made = await http.post("/v1/silences", json=silence, headers={"Idempotency-Key": "s"})
    assert made.status_code == 201, made.text


def naming(texts: dict[str, str]) -> set[str]:
    return {what for what, text in texts.items() if NUMBER[1:] in text or NAME in text}


async def test_what_devices_print_and_people_write_names_nobody_elsewhere(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("api: {", ROLES)
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            context = [ssl.create_default_context(cafile=str(stage.headend.authority.path)) for _ in range(2)]
            for each, who in zip(context, ("noc", "lead"), strict=True):
                each.load_cert_chain(stage.headend.client(who).certificate, stage.headend.client(who).key)
            url = f"https://127.0.0.1:{agent.api.server.port}"
            socket = httpx.AsyncHTTPTransport(uds=str(stage.workspace.api_socket))
            async with httpx.AsyncClient(transport=socket, base_url="http://agent", timeout=20) as http:
                await prepare(stage, http)
                found = [await read(http)]
            for each in context:
                async with httpx.AsyncClient(verify=each, base_url=url, timeout=20, trust_env=False) as http:
                    found.append(await read(http))
    here, afar, engineer = found
    assert naming(here) == {*READS}, "a bundle is made to be passed on: it names nobody, whoever made it"
    assert naming(afar) == set()
    assert "<masked>" in afar[READS[4]]
    assert naming(engineer) == {*READS[2:]}
