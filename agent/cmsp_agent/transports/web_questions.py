"""Where a device's web interface is, and what it is asked."""

from dataclasses import dataclass, field

from cmsp_agent.model.credentials import HttpCredential


@dataclass(frozen=True, slots=True)
class WebTarget:
    """Where the web interface is, and the login for it."""

    address: str
    port: int
    tls: bool = True
    legacy: bool = False
    """Permit TLS 1.0 and 1.1 and their ciphers."""
    credential: HttpCredential | None = None
    """None: it asks for none."""
    source: str | None = None
    connect: float = 10.0
    silence: float = 180.0
    """Seconds that it may say nothing."""
    name: str = ""
    """The component's name, as errors say it."""

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class WebQuestion:
    """What is asked, and how one logs in before."""

    path: str
    method: str = "GET"
    login: str = ""
    """The path of the form; empty: basic authentication."""
    fields: tuple[str, str] = ("Username", "Password")
    """The names of user and password in the form."""
    denied: str = ""
    """Stands in the form's answer where it is refused although the status is 200."""
    logout: str = ""
    body: bytes = field(default=b"", repr=False)
    kind: str = ""
    """The content type of the body."""
    archive: bool = False
    """What is asked for is a .tar.gz."""
