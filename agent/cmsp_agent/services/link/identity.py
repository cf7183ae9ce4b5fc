"""What enrolment said, where the file says nothing else."""

from dataclasses import replace

from cmsp_agent.config.configuration import Configuration, TlsFiles
from cmsp_agent.storage import identity as store
from cmsp_agent.storage.identity import IdentityFiles


def with_identity(configuration: Configuration) -> Configuration:
    """The configuration with what enrolment said, where the file says nothing else."""
    files = IdentityFiles(configuration.appliance.state)
    settings = files.settings()
    if settings is None:
        return configuration
    here = files.current
    tls = TlsFiles(here / store.CERTIFICATE, here / store.KEY, here / store.CA)
    headend, api, appliance = configuration.headend, configuration.api, configuration.appliance
    return replace(
        configuration,
        headend=replace(headend, urls=headend.urls or settings.headend_urls, tls=headend.tls or tls),
        api=replace(api, tls=api.tls or tls),
        appliance=replace(appliance, id=settings.appliance_id if appliance.id == appliance.name else appliance.id),
    )
