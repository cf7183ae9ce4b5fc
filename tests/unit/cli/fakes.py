"""A daemon that answers from a dictionary, and a terminal that is a string."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output


class FakeDaemon:
    """Answers each path with what it is given: a document, several for one call after the other, an error."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.calls: list[str] = []
        self.local = False

    def answer(self, path: str, query: Mapping[str, object]) -> Any:
        given = ", ".join(f"{key}={value}" for key, value in query.items() if value not in ("", None))
        self.calls.append(f"{path} {given}".strip())
        found = self.answers[path]
        if isinstance(found, Exception):
            raise found
        return found.pop(0) if isinstance(found, Sequenced) else found

    def get(self, path: str, **query: object) -> Any:
        return self.answer(path, query)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        return self.answer(f"POST {path}", body or {})

    def post_text(self, path: str, text: str) -> Any:
        return self.answer(f"POST {path}", {"text": text})

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        return self.answer(f"PUT {path}", body)

    def put_text(self, path: str, text: str, **query: object) -> Any:
        return self.answer(f"PUT {path}", {**query, "text": text})

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        return self.answer(f"PATCH {path}", body)

    def delete(self, path: str) -> Any:
        return self.answer(f"DELETE {path}", {})

    def text(self, path: str, **query: object) -> str:
        return str(self.answer(path, query))

    def content(self, path: str) -> bytes:
        found = self.answer(path, {})
        assert isinstance(found, bytes)
        return found

    def lines(self, path: str, **query: object) -> Iterator[str]:
        yield from self.answer(path, query)


class Sequenced(list[Any]):
    """Answers for one call after the other."""


class Ending:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str, calls: list[str]) -> None:
        self.code, self.out, self.err, self.calls = code, out, err, calls

    @property
    def width(self) -> int:
        return max((len(line) for line in self.out.splitlines()), default=0)


def cmsp_agent(
    *arguments: str,
    answers: Mapping[str, Any] | None = None,
    width: int = 80,
    typed: str = "",
    local: bool = False,
) -> Ending:
    """Run a command against a daemon that answers as given."""
    daemon = FakeDaemon()
    daemon.answers.update(answers or {})
    daemon.local = local

    def connect(_: Path) -> FakeDaemon:
        return daemon

    out, err = io.StringIO(), io.StringIO()
    code = run(arguments, Output(out, err, width), connect, io.StringIO(typed))
    return Ending(code, out.getvalue(), err.getvalue(), daemon.calls)
