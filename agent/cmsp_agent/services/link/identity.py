"""What enrolment said, where the file says nothing else."""

import ipaddress
import json
from dataclasses import replace

from cmsp_agent.config.configuration import Configuration, TlsFiles
from cmsp_agent.model.errors import StorageError
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


def problem_of_identity(configuration: Configuration) -> str:
    """Why what enrolment said can't be used, and what helps; empty where it can, and where there is none."""
    try:
        IdentityFiles(configuration.appliance.state).settings()
    except StorageError as error:
        return f"{error}; else enrol again: cmsp-agent enrol"
    return ""


def beside_the_tunnel(configuration: Configuration) -> str:
    """Why the API must not listen where the file says; empty where it may: in our tunnel, or on this machine alone."""
    listen, content = configuration.api.listen, None
    if listen is not None and _is_everywhere(listen.address):
        return "the API is not opened to every interface: write one address before the port, the tunnel's"
    if listen is not None and configuration.headend.tunnel == "wireguard":
        content = IdentityFiles(configuration.appliance.state).content(store.TUNNEL)
    if listen is None or content is None:
        return ""
    ours = ipaddress.ip_interface(json.loads(content)["address"]).ip
    if listen.address and (
        ipaddress.ip_address(listen.address) == ours or ipaddress.ip_address(listen.address).is_loopback
    ):
        return ""
    return f"the API listens in the tunnel only: at {ours}, not at {listen.address or 'every address'}"


def _is_everywhere(address: str) -> bool:
    if not address:
        return True
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_unspecified
