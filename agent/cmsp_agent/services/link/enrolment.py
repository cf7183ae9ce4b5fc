"""Enrolment: from a one-time token to an identity that is in force. The keys are made here and never leave.

By the enrolment service, or by two files for a site that can't reach it.
"""

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmsp_agent import __version__
from cmsp_agent.config.addresses import parse_https_url
from cmsp_agent.model.errors import AgentError, Refused
from cmsp_agent.model.times import rfc3339
from cmsp_agent.model.tunnel import TunnelInvalid, TunnelSettings, document_of_tunnel, overlap, tunnel_settings
from cmsp_agent.storage import identity as store
from cmsp_agent.storage.encoding import encode
from cmsp_agent.storage.identity import IdentityFiles, IdentitySettings, PendingKeys, digest_of_token
from cmsp_agent.storage.revisions import Outcome
from cmsp_agent.storage.sealed import certificates
from cmsp_agent.transports.enrolment import EnrolmentReply

REQUEST, RESPONSE = "enrolment-request.json", "enrolment-response.json"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TOKEN = re.compile(r"[!-~]{1,512}\.([0-9a-f]{64})")
CLOCKS_APART = 300_000
"""Milliseconds by which the authority's clock may be ahead: its certificates often begin at once."""
SERIAL_FILES = (Path("/sys/class/dmi/id/product_serial"), Path("/etc/machine-id"))

Post = Callable[[str, Mapping[str, Any], str], EnrolmentReply]
"""URL, document, fingerprint of the CA → the answer; see `transports.enrolment.post`."""


class EnrolmentFailed(AgentError):
    """The service did not enrol the appliance, or its answer can't be used; nothing has changed."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The identity that is in force now."""

    appliance_id: str
    until: int
    headend_urls: tuple[str, ...]
    tunnel: bool


class Enrolment:
    """Makes an identity.

    Args:
        files: where it is kept.
        note: keeps what came of it, over restarts.
        now: wall time, ms since the epoch.
        site: networks of the site, with which the tunnel's must not overlap.
    """

    def __init__(
        self, files: IdentityFiles, note: Callable[[Outcome], None], now: Callable[[], int], site: Sequence[str]
    ) -> None:
        self._files = files
        self._note = note
        self._now = now
        self._site = site

    def enrol(self, url: str, token: str, post: Post) -> Enrolled:
        """Ask the enrolment service for an identity and put it in force.

        Raises:
            Refused: the token was used here, or the service refuses it.
            EnrolmentFailed: its answer can't be used.
            HeadendUnreachable: it does not answer.
        """
        return self._noted(lambda: self._enrol(url, token, post))

    def request(self, token: str) -> Mapping[str, Any]:
        """The document that goes to the enrolment service. Raises as `enrol`."""
        fingerprint_of(token)
        self._refuse_used(token)
        keys = self._files.pending() or PendingKeys(certificates.new_tls_key(), certificates.new_wireguard_key())
        self._files.keep_pending(replace(keys, token=digest_of_token(token)))
        serial = _serial()
        return {
            "token": token,
            "serial": serial,
            "hostname": socket.gethostname(),
            "agent_version": __version__,
            "wireguard_public_key": certificates.wireguard_public_key(keys.wireguard),
            "csr": certificates.signing_request(keys.tls, serial),
        }

    def take(self, answer: Mapping[str, Any], token: str = "") -> Enrolled:
        """Put the answer of the enrolment service in force. Raises as `enrol`."""
        return self._noted(lambda: self._take(answer, token))

    def _enrol(self, url: str, token: str, post: Post) -> Enrolled:
        document = self.request(token)
        reply = post(f"{url.rstrip('/')}/v1/enrolments", document, fingerprint_of(token))
        if reply.status == 403:
            raise _refusal(reply.document)
        if reply.status != 201:
            raise EnrolmentFailed(f"the enrolment service answered {reply.status}: {reply.document.get('detail', '')}")
        return self._take(reply.document, token)

    def _refuse_used(self, token: str) -> None:
        settings = self._files.settings()
        if settings is not None and digest_of_token(token) in settings.tokens:
            what = f"it was used on {rfc3339(settings.enrolled_at)[:10]}; the appliance is {settings.appliance_id}"
            raise Refused(f"this token can't be used again: {what}; ask the provider for a new one (source: token)")

    def _take(self, answer: Mapping[str, Any], token: str) -> Enrolled:
        keys, settings = self._files.pending(), self._files.settings()
        if keys is None:
            raise EnrolmentFailed("no request was made here that this could answer: cmsp-agent enrol --request FILE")
        if "type" in answer and "certificate_chain" not in answer:
            raise _refusal(answer)
        urls, tunnel = _urls(answer), self._tunnel(answer)
        chain, authority = pem_in(answer, "certificate_chain"), pem_in(answer, "headend_ca")
        appliance = answer.get("appliance_id")
        if not isinstance(appliance, str) or _ID.fullmatch(appliance) is None:
            raise EnrolmentFailed("appliance_id: missing, or not an id")
        until = checked_chain(chain, keys.tls, self._now())
        of_this = digest_of_token(token) if token else keys.token
        used = (*(settings.tokens if settings else ()), *([of_this] if of_this else []))
        now = self._now()
        contents = {
            store.KEY: keys.tls,
            store.CERTIFICATE: chain,
            store.CA: authority,
            store.WIREGUARD_KEY: f"{keys.wireguard}\n".encode(),
            store.SETTINGS: store.settings_file(IdentitySettings(appliance, urls, now, used[-store.MOST_TOKENS :])),
        }
        if tunnel is not None:
            contents[store.TUNNEL] = encode(document_of_tunnel(tunnel))
        self._files.install(contents, now)
        return Enrolled(appliance, until, urls, tunnel is not None)

    def _tunnel(self, answer: Mapping[str, Any]) -> TunnelSettings | None:
        if answer.get("wireguard") is None:
            return None
        try:
            settings = tunnel_settings(answer["wireguard"])
        except TunnelInvalid as error:
            raise EnrolmentFailed(f"wireguard: {error}") from error
        if why := overlap(settings, self._site):
            raise Refused(f"{why}: ask the provider for another tunnel network (source: site)")
        return settings

    def _noted(self, work: Callable[[], Enrolled]) -> Enrolled:
        try:
            done = work()
        except AgentError as error:
            self._note(Outcome(self._now(), "certificate", "refused", "enrolment", str(error)))
            raise
        self._note(Outcome(self._now(), "certificate", "applied", "enrolment", f"until {rfc3339(done.until)}"))
        return done


def fingerprint_of(token: str) -> str:
    """The fingerprint of the CA that a token carries: what follows its last dot.

    Raises:
        Refused: not a token.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise Refused("not a token: it ends with a dot and the fingerprint of the service's CA (source: token)")
    return found[1]


def checked_chain(chain: bytes, key: bytes, now: int) -> int:
    """Until when a new certificate is good.

    Raises:
        EnrolmentFailed: it is not a certificate, it is for another key, or it is not good at present.
    """
    try:
        if not certificates.is_for(chain, key):
            raise EnrolmentFailed("certificate_chain: for another key than the request")
        valid = certificates.validity(chain)
    except ValueError as error:
        raise EnrolmentFailed("certificate_chain: not a certificate") from error
    if valid.ends <= now:
        raise EnrolmentFailed(f"certificate_chain: over since {rfc3339(valid.ends)}; is the appliance's clock right?")
    if valid.begins > now + CLOCKS_APART:
        begins = f"good from {rfc3339(valid.begins)} on, and it is {rfc3339(now)} here"
        raise EnrolmentFailed(f"certificate_chain: {begins}; is the appliance's clock right?")
    return valid.ends


def pem_in(answer: Mapping[str, Any], name: str) -> bytes:
    """A member that is a certificate in PEM.

    Raises:
        EnrolmentFailed: it is missing, or is none.
    """
    value = answer.get(name)
    try:
        if isinstance(value, str):
            certificates.validity(value.encode())
            return value.encode()
    except ValueError:
        pass
    raise EnrolmentFailed(f"{name}: missing, or not a certificate in PEM")


def _urls(answer: Mapping[str, Any]) -> tuple[str, ...]:
    urls = answer.get("headend_urls")
    if not isinstance(urls, list) or not urls:
        raise EnrolmentFailed("headend_urls: https URLs, at least one")
    try:
        return tuple(parse_https_url(str(url)) for url in urls)
    except ValueError as error:
        raise EnrolmentFailed(f"headend_urls: {error}") from error


def _refusal(problem: Mapping[str, Any]) -> Refused:
    """What the service says where it refuses."""
    why = str(problem.get("detail") or problem.get("type") or "no reason given")
    return Refused(f"the enrolment service refuses the token: {why[:500]} (source: enrolment service)")


def _serial() -> str:
    for file in SERIAL_FILES:
        try:
            if text := file.read_text(encoding="ascii", errors="replace").strip():
                return text[:64]
        except OSError:
            continue
    return socket.gethostname()[:64]
