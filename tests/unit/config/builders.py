"""Files and secrets for the configuration's tests."""

from pathlib import Path

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.load import configure, read_document
from cmsp_agent.config.secrets import SecretSource
from cmsp_agent.model.errors import ConfigurationError

MINIMAL = """\
appliance: {name: lab}
sites: {paris: {people: 10}, lyon: {people: 5}}
credentials:
  ro: {snmp: {version: 2c, community: !secret ro}}
  cli: {ssh: {user: cmsp, password: !secret cli}}
components:
  gw-1: {address: 10.0.0.1, site: paris}
"""
"""The next line of a file that starts like this is line 8, and belongs to `components`."""


class Known:
    """A source that knows some secrets; all of them where none is named."""

    called = "vault"

    def __init__(self, **secrets: str) -> None:
        self.secrets = secrets

    def names(self) -> list[str]:
        return []

    def has(self, name: str) -> bool:
        return self.find(name) is not None

    def find(self, name: str) -> str | None:
        return self.secrets.get(name) if self.secrets else "s3cret-phrase"


def write(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text)
    return path


def load_configuration(path: Path, secrets: SecretSource) -> Configuration:
    """The configuration that a file makes, as the agent does it."""
    return configure(read_document(path, secrets), secrets)


def load(folder: Path, text: str, secrets: Known | None = None) -> Configuration:
    return load_configuration(write(folder, text), secrets or Known())


def complaints(folder: Path, text: str) -> list[str]:
    """The problems of a file as `line: path: text`, without the file's name."""
    try:
        read_document(write(folder, text))
    except ConfigurationError as error:
        return [str(problem).removeprefix(f"{folder}/site.yaml:") for problem in error.problems]
    return []
