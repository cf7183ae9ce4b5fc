"""Enrolment: by the service, through a proxy, by files; what is refused; renewal on the running agent."""

import asyncio
import json
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.app.agent import running
from cmsp_agent.app.loading import load
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.model.tunnel import tunnel_settings
from cmsp_agent.services.events.log import EventLog, Filter
from cmsp_agent.services.link.enrolment import EnrolmentFailed, checked_chain
from cmsp_agent.services.link.renewal import Renewal
from cmsp_agent.storage.identity import IdentityFiles
from cmsp_agent.storage.revisions import Outcome, RevisionFiles
from cmsp_agent.storage.sealed.certificates import validity, wireguard_public_key
from cmsp_agent.transports.headend import HeadendReply
from tests.integration.agent.test_lifecycle import until
from tests.integration.cli.test_check_and_start import Place
from tests.lab.headend.enrolment import EnrolmentService, proxy
from tests.lab.headend.server import Headend
from tests.unit.cli.fakes import cmsp_agent


class EnrollingSite:
    """A place with a file, a head-end and its enrolment service."""

    def __init__(self, place: Place, headend: Headend, service: EnrolmentService) -> None:
        self.place, self.headend, self.service = place, headend, service
        self.identity = IdentityFiles(place.state)

    async def enrol(self, token: str, *more: str) -> tuple[int, str, str]:
        where = () if more and more[0].startswith("--re") else ("--url", self.service.url)
        words = ("enrol", "--config", str(self.place.file), "--token", token, *where, *more)
        ending = await asyncio.to_thread(cmsp_agent, *words, width=200)
        return ending.code, ending.out, ending.err


@pytest.fixture
def site(tmp_path: Path) -> Iterator[EnrollingSite]:
    place = Place(tmp_path)
    with (
        Headend(tmp_path / "headend") as headend,
        EnrolmentService(tmp_path / "service", headend.authority, [headend.url]) as service,
    ):
        yield EnrollingSite(place, headend, service)


async def test_the_keys_stay_and_the_identity_is_whole(site: EnrollingSite) -> None:
    token = site.service.token()
    code, out, err = await site.enrol(token)
    assert (code, "enrolled as apl-7f3k" in out) == (0, True), err
    here = site.identity.current
    assert {path.name for path in here.iterdir()} == {
        "appliance.key", "certificate.pem", "headend-ca.pem", "wireguard.key", "tunnel.json", "settings.json",
    }  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in here.iterdir()} == {0o600}
    [asked] = site.service.requests
    assert set(asked) == {"token", "serial", "hostname", "agent_version", "wireguard_public_key", "csr"}
    private = (here / "wireguard.key").read_text().strip()
    assert asked["wireguard_public_key"] == wireguard_public_key(private)
    sent = json.dumps(asked)
    assert private not in sent
    assert (here / "appliance.key").read_text().splitlines()[1] not in sent
    assert tunnel_settings(json.loads((here / "tunnel.json").read_text())).mtu == 1380
    # again, with the same token: refused here, with the reason, and the service is not asked
    code, _, err = await site.enrol(token)
    assert (code, "used on" in err, "apl-7f3k" in err, len(site.service.requests)) == (3, True, True, 1)
    # with another one: the identity is replaced, though the old certificate was over
    code, out, err = await site.enrol(site.service.token("apl-2"))
    assert (code, "apl-2" in out) == (0, True), err
    assert len([path for path in here.parent.iterdir() if path.is_dir() and not path.is_symlink()]) == 1


async def test_through_a_proxy_and_by_files(site: EnrollingSite, tmp_path: Path) -> None:
    with proxy() as (url, asked):
        code, _, err = await site.enrol(site.service.token(), "--proxy", url)
        assert code == 0, err
        where = site.service.url.removeprefix("https://")
        assert set(asked) == {f"{where} Basic dXNlcjpwYXNz"}
    request, response, token = tmp_path / "request.json", tmp_path / "response.json", site.service.token("apl-3")
    code, _, err = await site.enrol(token, "--request", str(request))
    assert (code, stat.S_IMODE(request.stat().st_mode)) == (0, 0o600), err
    before = site.identity.settings()
    response.write_text(json.dumps(site.service.enrol("/v1/enrolments", json.loads(request.read_text()))[1]))
    assert site.identity.settings() == before
    code, out, err = await site.enrol(token, "--response", str(response))
    assert (code, "apl-3" in out) == (0, True), err
    code, _, err = await site.enrol(token, "--response", str(response))
    assert (code, "no request was made" in err) == (1, True)


async def test_a_token_whose_answer_came_as_a_file_is_used_up_too(site: EnrollingSite, tmp_path: Path) -> None:
    request, response, token = tmp_path / "request.json", tmp_path / "response.json", site.service.token()
    assert (await site.enrol(token, "--request", str(request)))[0] == 0
    response.write_text(json.dumps(site.service.enrol("/v1/enrolments", json.loads(request.read_text()))[1]))
    words = ("enrol", "--config", str(site.place.file), "--response", str(response))
    assert (await asyncio.to_thread(cmsp_agent, *words)).code == 0
    for more in (("--request", str(request)), ()):
        code, _, err = await site.enrol(token, *more)
        assert (code, "used on" in err) == (3, True), err


@pytest.mark.parametrize("form", ["{}", "http://{}"])
async def test_a_proxy_in_any_form_is_gone_through(
    site: EnrollingSite, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    with proxy() as (url, asked):
        monkeypatch.setenv("https_proxy", form.format(url.removeprefix("http://")))
        monkeypatch.delenv("no_proxy", raising=False)
        code, _, err = await site.enrol(site.service.token())
        assert (code, len(asked) > 0) == (0, True), err


@pytest.mark.parametrize("given", ["socks5://127.0.0.1:1080", "https://127.0.0.1:3128", "http://127.0.0.1:x"])
async def test_a_proxy_of_another_kind_is_not_gone_around(site: EnrollingSite, given: str) -> None:
    code, _, err = await site.enrol(site.service.token(), "--proxy", given)
    assert (code != 0, "the proxy" in err, site.service.requests) == (True, True, []), err


def other_key(site: EnrollingSite) -> dict[str, Any]:
    csr = "-----BEGIN CERTIFICATE REQUEST-----\n"
    return {"certificate_chain": site.headend.client("other").certificate.read_text(), "csr": csr}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"certificate_chain": "nonsense"}, "not a certificate"),
        ({"certificate_chain": "other"}, "another key"),
        ({"headend_urls": ["http://10.0.0.1"]}, "headend_urls"),
        ({"headend_urls": ["https://10.0.0.1:99999"]}, "headend_urls"),
        ({"appliance_id": "../../etc"}, "appliance_id"),
        ({"headend_ca": None}, "headend_ca"),
        ({"wireguard": {"address": "10.99.0.7/32", "peers": []}}, "peers"),
        ({"wireguard": {"address": "127.0.0.77/32", "peers": "same"}}, "overlaps the site's"),
        ({"wireguard": {"address": "10.99.0.7/32; reboot", "peers": "same"}}, "address"),
    ],
)
async def test_an_answer_that_can_not_be_used_changes_nothing(
    site: EnrollingSite, answer: dict[str, Any], said: str
) -> None:
    from tests.lab.headend.enrolment import WIREGUARD

    if answer.get("certificate_chain") == "other":
        answer = other_key(site)
    if isinstance(answer.get("wireguard"), dict) and answer["wireguard"]["peers"] == "same":
        answer = {"wireguard": {**answer["wireguard"], "peers": WIREGUARD["peers"]}}
    site.service.answer = answer
    code, _, err = await site.enrol(site.service.token())
    assert (code != 0, said in err) == (True, True), err
    assert site.identity.settings() is None
    [outcome] = RevisionFiles(site.place.file.parent).outcomes()
    assert (outcome.subject, outcome.outcome, outcome.step) == ("certificate", "refused", "enrolment")


async def test_what_came_as_a_file_is_named_for_what_it_is(site: EnrollingSite, tmp_path: Path) -> None:
    request, response, token = tmp_path / "request.json", tmp_path / "response.json", site.service.token()
    assert (await site.enrol(token, "--request", str(request)))[0] == 0
    asked = json.loads(request.read_text())
    _, answer = site.service.enrol("/v1/enrolments", asked)
    refusal = site.service.enrol("/v1/enrolments", asked)[1]
    for text, code, said in ((json.dumps(refusal), 3, "the token was used"), ("<html>", 2, "can't be read as JSON")):
        response.write_text(text)
        ended, _, err = await site.enrol(token, "--response", str(response))
        assert (ended, said in err) == (code, True), err
    ended, _, err = await site.enrol(token, "--response", str(tmp_path / "none.json"))
    assert (ended, "No such file" in err) == (2, True), err
    keys, chain = site.identity.pending(), str(answer["certificate_chain"]).encode()
    assert keys is not None
    begins = validity(chain).begins
    assert checked_chain(chain, keys.tls, begins - 60_000) == validity(chain).ends
    with pytest.raises(EnrolmentFailed, match=r"good from .* clock"):
        checked_chain(chain, keys.tls, begins - 86_400_000)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "https://", "https://127.0.0.1:99999", "https://[::1", "x"])
async def test_a_url_that_can_not_be_used_is_refused_before_anything(site: EnrollingSite, url: str) -> None:
    words = ("enrol", "--config", str(site.place.file), "--token", site.service.token(), "--url", url)
    ending = await asyncio.to_thread(cmsp_agent, *words, width=200)
    assert (ending.code, "--url: not" in ending.err) == (2, True), ending.err
    assert site.identity.pending() is None


async def test_a_service_of_another_ca_gets_no_token(site: EnrollingSite) -> None:
    forged = f"order-9.{'ab' * 32}"
    code, _, err = await site.enrol(forged)
    assert (code, "no certificate of the CA" in err, site.service.requests) == (3, True, [])
    code, _, err = await site.enrol("nonsense")
    assert (code, "not a token" in err) == (3, True)
    unknown = f"stolen.{site.service.token().rpartition('.')[2]}"
    code, _, err = await site.enrol(unknown)
    assert (code, "the token was used" in err) == (3, True)


async def test_the_enrolled_agent_speaks_and_renews_at_two_thirds_of_the_life(site: EnrollingSite) -> None:
    site.place.replace("api: {", "headend: {heartbeat: 5s}\napi: {listen: '127.0.0.1:0', ")
    with pytest.raises(ConfigurationError, match="enrol the appliance"):
        load(site.place.file, {})
    site.service.days = 0.02  # two thirds are over at once: the lab's certificates begin an hour ago
    site.headend.renewed_for = 30.0
    code, _, err = await site.enrol(site.service.token())
    assert code == 0, err
    before = (site.identity.current / "certificate.pem").read_bytes()
    loaded = await asyncio.to_thread(load, site.place.file, {})
    assert loaded.configuration.appliance.id == "apl-7f3k"
    async with running(loaded) as agent:
        await until(lambda: (site.identity.current / "certificate.pem").read_bytes() != before, within=20)
        await until(lambda: site.headend.store.durable("apl-7f3k").durable > 0, within=20)
        renewed = validity((site.identity.current / "certificate.pem").read_bytes())
        assert renewed.ends - renewed.begins > 29 * 86_400_000
        there = ("127.0.0.1", agent.api.server.port)
        shown = await asyncio.to_thread(ssl.get_server_certificate, there, ca_certs=str(site.headend.authority.path))
        assert shown.strip() in (site.identity.current / "certificate.pem").read_text()
        kept = RevisionFiles(site.place.file.parent)
        await until(lambda: len(kept.outcomes()) > 1, within=10)
        assert [(one.subject, one.outcome, one.step) for one in kept.outcomes()] == [
            ("certificate", "applied", "renewal"),
            ("certificate", "applied", "enrolment"),
        ]


async def test_a_certificate_that_is_not_renewed_is_an_alarm(site: EnrollingSite) -> None:
    site.service.days = 0.005
    site.headend.renewed_for = 0.0
    assert (await site.enrol(site.service.token()))[0] == 0
    loaded = await asyncio.to_thread(load, site.place.file, {})
    async with running(loaded) as agent:
        active = agent.events.service.alarm_state.active
        await until(lambda: any(key.type == "certificate.expires" for key in active), within=20)
        [text] = {event.text for key, event in active.items() if key.object == "headend.tls"}
        assert "ends 20" in text
    # reported as what it is, at once and again after a restart
    async with running(loaded) as agent:
        log = EventLog(agent.runtime.state)

        async def refused() -> list[str]:
            page = await log.page(Filter(type="certificate.refused"), 0, 100)
            return [event.text for event in page.events]

        async with asyncio.timeout(20):
            while not any("again after a restart" in text for text in await refused()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert "answered 503" in (await refused())[0]
        assert not (await log.page(Filter(type="configuration.refused"), 0, 100)).events


async def test_a_renewal_that_brings_an_unusable_authority_changes_nothing(site: EnrollingSite) -> None:
    site.service.days = 0.005
    assert (await site.enrol(site.service.token()))[0] == 0
    outcomes: list[Outcome] = []

    class Wire:
        async def certificate(self, body: bytes) -> HeadendReply:
            chain = site.headend.authority.sign(json.loads(body)["csr"], "urn:cmsp:appliance:apl-7f3k", 30.0)
            return HeadendReply(201, {"certificate_chain": chain, "headend_ca": "nonsense"})

    async def renewed() -> None: ...

    before = {path.name: path.read_bytes() for path in site.identity.current.iterdir()}
    await Renewal(site.identity, Wire(), renewed, outcomes.append, SystemClock()).look()
    assert {path.name: path.read_bytes() for path in site.identity.current.iterdir()} == before
    [outcome] = outcomes
    assert (outcome.outcome, "headend_ca" in outcome.reason) == ("refused", True)
