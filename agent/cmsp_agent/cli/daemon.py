"""The running agent as the commands see it: HTTP by the standard library alone. `connections` knows the ways there."""

import http.client
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from cmsp_agent.model.errors import AgentError

MOST_BYTES = 64 * 2**20
_REFUSED = {401, 403}
_USAGE = {400, 405, 411, 413, 415, 422}
_UNREACHABLE = {502, 504}


class AgentUnreachable(AgentError):
    """The agent does not answer on its socket."""

    exit_code = 4
    retryable = True


class CallFailed(AgentError):
    """The agent answered with a problem (RFC 9457)."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Daemon(Protocol):
    """What the commands need of the agent."""

    @property
    def local(self) -> bool:
        """Whether it runs on this machine."""

    def get(self, path: str, **query: object) -> Any:
        """The JSON document at a path."""

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Ask for something to be done, exactly once."""

    def post_text(self, path: str, text: str) -> Any:
        """Ask for something to be done with a text."""

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """Set something."""

    def put_text(self, path: str, text: str, **query: object) -> Any:
        """Replace a text, whatever its present version."""

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        """Change something in its present version."""

    def delete(self, path: str) -> Any:
        """Take something away."""

    def text(self, path: str, **query: object) -> str:
        """The text at a path."""

    def content(self, path: str) -> bytes:
        """What lies at a path, as it is."""

    def lines(self, path: str, **query: object) -> Iterator[str]:
        """The lines of an endless answer, as they come."""


class Way(Protocol):
    """How the agent is reached."""

    @property
    def local(self) -> bool:
        """Whether the agent runs on this machine."""

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection that is not open yet."""

    def translated(self, error: Exception, timeout: float) -> AgentError | None:
        """What a failure of this way means; None where it means nothing special."""


class HttpDaemon:
    """The agent at the end of a way.

    Args:
        way: to the agent.
        timeout: Seconds that one answer may take.
    """

    def __init__(self, way: Way, timeout: float = 30.0) -> None:
        self._way = way
        self._timeout = timeout

    @property
    def local(self) -> bool:
        """Whether it runs on this machine."""
        return self._way.local

    def get(self, path: str, **query: object) -> Any:
        """The JSON document at a path."""
        return self._json("GET", _target(path, query))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Ask for something to be done, exactly once."""
        return self._json("POST", _target(path, {}), body)

    def post_text(self, path: str, text: str) -> Any:
        """Ask for something to be done with a text."""
        headers = {"Content-Type": "application/yaml"}
        return self._json("POST", _target(path, {}), text.encode("utf-8", "surrogateescape"), headers)

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """Set something."""
        return self._json("PUT", _target(path, {}), body)

    def put_text(self, path: str, text: str, **query: object) -> Any:
        """Replace a text, whatever its present version."""
        headers = {"Content-Type": "application/yaml", "If-Match": "*"}
        return self._json("PUT", _target(path, query), text.encode("utf-8", "surrogateescape"), headers)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        """Change something in its present version."""
        return self._json("PATCH", _target(path, {}), body)

    def delete(self, path: str) -> Any:
        """Take something away."""
        return self._json("DELETE", _target(path, {}))

    def text(self, path: str, **query: object) -> str:
        """The text at a path."""
        with self._answer("GET", _target(path, query)) as answer:
            return _read(answer).decode(errors="replace")

    def content(self, path: str) -> bytes:
        """What lies at a path, as it is."""
        with self._answer("GET", path) as answer:
            return _read(answer)

    def lines(self, path: str, **query: object) -> Iterator[str]:
        """The lines of an endless answer, as they come."""
        with self._answer("GET", _target(path, query), endless=True) as answer:
            while line := answer.readline(MOST_BYTES):
                yield line.decode(errors="replace").rstrip("\r\n")

    def _json(
        self,
        method: str,
        target: str,
        body: Mapping[str, object] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        with self._answer(method, target, body, headers) as answer:
            data = _read(answer)
        try:
            return json.loads(data) if data else {}
        except ValueError as error:
            raise CallFailed("the agent's answer is not JSON", 1) from error

    @contextmanager
    def _answer(
        self,
        method: str,
        target: str,
        body: Mapping[str, object] | bytes | None = None,
        more: Mapping[str, str] | None = None,
        *,
        endless: bool = False,
    ) -> Iterator[http.client.HTTPResponse]:
        """An answer that is not an error, while its connection is open."""
        headers = {"Accept": "application/json"}
        if method != "GET":
            headers |= {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        if method == "PATCH":
            headers |= {"If-Match": "*"}
        headers |= more or {}
        content = None if method == "GET" else body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        connection = self._way.connection(self._timeout)
        try:
            with self._translated():
                connection.request(method, target, content, headers)
                if endless and connection.sock is not None:
                    connection.sock.settimeout(None)
                answer = connection.getresponse()
                if answer.status >= 400:
                    raise _failure(answer.status, _read(answer))
                yield answer
        finally:
            connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            text = "the agent closed the connection without an answer: it stops or restarts; try again"
            raise self._way.translated(error, self._timeout) or AgentUnreachable(text) from error


def all_pages(daemon: Daemon, path: str, **query: object) -> Any:
    """The document of a list with the items of all its pages."""
    return joined_pages("items", daemon, path, **query)


def joined_pages(member: str, daemon: Daemon, path: str, **query: object) -> Any:
    """The first page, with what one of its members holds on all pages."""
    first = page = daemon.get(path, **query)
    while isinstance(page, dict) and page.get("next"):
        page = daemon.get(path, **query, after=page["next"])
        first[member] += page[member]
    return first


def component_path(name: str, *rest: str) -> str:
    """The path of a component, or of something below it."""
    return "/".join(["/v1/components", quote(name, safe=""), *(quote(step, safe="") for step in rest)])


def _target(path: str, query: Mapping[str, object]) -> str:
    given = {key.rstrip("_"): value for key, value in query.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def _read(answer: http.client.HTTPResponse) -> bytes:
    data = answer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise CallFailed("the agent's answer is too long", 1)
    if answer.length:
        raise http.client.IncompleteRead(data, answer.length)
    return data


def _failure(status: int, data: bytes) -> CallFailed:
    """A problem document as an error with our exit code."""
    try:
        problem = json.loads(data)
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    text = str(problem.get("detail") or problem.get("title") or f"the agent answered {status}")
    for each in problem.get("errors") or ():
        if isinstance(each, dict):
            text += f"\n{each.get('path', '')}: {each.get('message', '')}"
    return CallFailed(text, _exit_code(status, problem))


def _exit_code(status: int, problem: Mapping[str, object]) -> int:
    said = problem.get("exit_code")
    if isinstance(said, int) and 1 <= said <= 4:
        return said
    if status in _REFUSED:
        return 3
    if status in _UNREACHABLE:
        return 4
    return 2 if status in _USAGE else 1
