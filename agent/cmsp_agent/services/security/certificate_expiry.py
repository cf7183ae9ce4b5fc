"""Warns of the certificates that the file names and that run out: those of `headend`, `api` and `listen` alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage.sealed.certificates import validity

EVERY = 3600.0
EXPIRES = "certificate.expires"


def certificates_of(configuration: Configuration) -> Mapping[str, Path]:
    """The files of certificates, by the key that names them."""
    sections = {"headend": configuration.headend.tls, "api": configuration.api.tls, "listen": configuration.listen.tls}
    return {f"{name}.tls": tls.certificate for name, tls in sections.items() if tls is not None}


@dataclass(slots=True)
class CertificateExpiry:
    """Looks every hour, and where the configuration is read again: a renewed certificate comes with that."""

    watched: Mapping[str, Path]
    conditions: Conditions
    clock: Clock

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        while True:
            self.look()
            await self.clock.sleep(EVERY)

    def look(self) -> None:
        """Raise the alarm of each certificate that runs out, and end those of the others."""
        found = {("", name): text for name, file in self.watched.items() if (text := self._late(name, file))}
        self.conditions.settle(found, "it was renewed")

    def _late(self, name: str, file: Path) -> str:
        try:
            valid = validity(file.read_bytes())
        except (OSError, ValueError):  # what is wrong with the file is reported where it is used
            return ""
        now = self.clock.now()
        if not valid.is_late(now):
            return ""
        when = f"is over since {rfc3339(valid.ends)}" if valid.ends <= now else f"ends {rfc3339(valid.ends)}"
        return f"the certificate {file} ({name}) {when}"
