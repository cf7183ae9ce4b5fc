"""Reads a component's configuration over HTTP(S), as its device type says. Neither stores nor judges it."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid
from cmsp_agent.plugin.api import CliPlatform, HttpFetch
from cmsp_agent.services.backups.ssh_reading import ConfigurationReader, any_source, by_web
from cmsp_agent.transports.device_web import WebClient
from cmsp_agent.transports.web_questions import WebQuestion, WebTarget

WITHIN = 1800.0
"""Seconds for one file."""
_PAGE = re.compile(
    rb"(?i)(?:\xef\xbb\xbf)?\s*(?:(?:<\?xml[^>]*>|<!--(?s:.){0,2000}?-->)\s*)*"
    rb"<(?:!doctype html|html|head|meta|script)\b"
)
"""A page: a login, mostly, which many a device answers with status 200."""


class WebReader:
    """Fetches the file with the component's HTTP login."""

    def __init__(
        self, client: WebClient, source: Callable[[Component], str] = any_source, within: float = WITHIN
    ) -> None:
        self._client = client
        self._source = source
        self._within = within

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        """The file, as text: bytes that are no UTF-8 come as surrogate escapes."""
        assert platform.fetch is not None
        target = web_target(component, platform.fetch, self._source(component))
        content = await self._client.ask(target, question_of(component, platform.fetch), self._within)
        if _PAGE.match(content):
            raise DeviceAnswerInvalid(f"{component.name}: a page came where the configuration should: not stored")
        return content.decode("utf-8", "surrogateescape")


class AnyReader:
    """Over SSH or over HTTP(S), whichever is the device type's way."""

    def __init__(self, ssh: ConfigurationReader, web: ConfigurationReader) -> None:
        self._ssh = ssh
        self._web = web

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        """What the device gives."""
        read = self._web if by_web(component, platform) else self._ssh
        return await read(component, platform)


def web_target(component: Component, fetch: HttpFetch, source: str) -> WebTarget:
    """Where the configuration is: at the component itself, or where its profile is provisioned from.

    Raises:
        AuthenticationRejected: it needs a login, and none of its credentials is for HTTP.
        DeviceAnswerInvalid: its device type has the configuration elsewhere only, and the component does not say where.
    """
    plan, credential = component.http, component.credentials.http
    if not fetch.path:
        parts = urlsplit(plan.profile)
        if not parts.hostname:
            raise DeviceAnswerInvalid(f"{component.name}: say where its profile is: `http: {{profile: https://…}}`")
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        return WebTarget(parts.hostname, port, tls, plan.legacy, credential, source or None, name=component.name)
    if credential is None:
        raise AuthenticationRejected(f"{component.name}: none of its credentials is for HTTP")
    return WebTarget(
        component.address, plan.port, plan.tls, plan.legacy, credential, source or None, name=component.name
    )


def question_of(component: Component, fetch: HttpFetch) -> WebQuestion:
    """What is asked for."""
    parts = urlsplit(component.http.profile)
    own = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebQuestion(
        fetch.path or own,
        fetch.method,
        fetch.login,
        fetch.fields,
        fetch.denied,
        fetch.logout,
        archive=fetch.archive,
    )
