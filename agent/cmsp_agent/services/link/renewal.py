"""Renews the appliance's certificate over the tunnel from two thirds of its life on.

One that runs out all the same is an alarm: see `security.certificate_expiry`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import AgentError, HeadendError, StorageError
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.link.enrolment import checked_chain, pem_in
from cmsp_agent.storage import identity as store
from cmsp_agent.storage.encoding import encode
from cmsp_agent.storage.identity import IdentityFiles
from cmsp_agent.storage.revisions import Outcome
from cmsp_agent.storage.sealed import certificates
from cmsp_agent.transports.headend import HeadendReply

log = logging.getLogger(__name__)

EVERY = 3600.0
NOT_RENEWED = "certificate.refused"


class CertificateWire(Protocol):
    """The wire to the head-end."""

    async def certificate(self, body: bytes) -> HeadendReply:
        """Ask for a new certificate."""
        ...


class Renewal:
    """Looks every hour.

    Args:
        files: the identity of the appliance.
        client: the wire to the head-end; None: there is none.
        renewed: lets everybody use the files as they are now.
        note: keeps what came of it.
        clock: for the time.
    """

    def __init__(
        self,
        files: IdentityFiles,
        client: CertificateWire | None,
        renewed: Callable[[], Awaitable[None]],
        note: Callable[[Outcome], None],
        clock: Clock,
    ) -> None:
        self._files = files
        self._client = client
        self._renewed = renewed
        self._note = note
        self._clock = clock
        self._failing = ""

    async def run(self) -> NoReturn:
        """Renew, until cancelled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("the certificate can't be read", extra={"reason": str(error)})
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """Renew the certificate if it is due."""
        chain = self._files.content(store.CERTIFICATE)
        if chain is not None and self._client is not None and certificates.validity(chain).is_due(self._clock.now()):
            await self._try(self._client)

    async def _try(self, client: CertificateWire) -> None:
        try:
            until = await self._renew(client)
            await self._renewed()
        except AgentError as error:
            if self._failing != str(error):
                self._failing = str(error)
                log.warning("the certificate could not be renewed", extra={"reason": str(error)})
                self._note(Outcome(self._clock.now(), "certificate", "refused", "renewal", str(error)[:2000]))
        else:
            self._failing = ""
            self._note(Outcome(self._clock.now(), "certificate", "applied", "renewal", f"until {rfc3339(until)}"))

    async def _renew(self, client: CertificateWire) -> int:
        settings = self._files.settings()
        assert settings is not None
        key = certificates.new_tls_key()
        request = {"csr": certificates.signing_request(key, settings.appliance_id)}
        reply = await client.certificate(encode(request))
        answer: Mapping[str, Any] = reply.document or {}
        if reply.status not in (200, 201):
            raise HeadendError(f"the head-end answered {reply.status} {answer.get('detail', '')}".strip())
        chain = str(answer.get("certificate_chain") or "").encode()
        until = checked_chain(chain, key, self._clock.now())
        kept = {name: self._files.content(name) for name in (store.CA, store.WIREGUARD_KEY, store.TUNNEL)}
        contents = {name: content for name, content in kept.items() if content is not None}
        if answer.get("headend_ca") is not None:
            contents[store.CA] = pem_in(answer, "headend_ca")
        new = {store.KEY: key, store.CERTIFICATE: chain, store.SETTINGS: store.settings_file(settings)}
        self._files.install({**contents, **new}, self._clock.now())
        return until
