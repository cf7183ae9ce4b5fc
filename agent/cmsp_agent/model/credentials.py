"""The credentials for devices. Values are Secrets, revealed only by the transport when it uses them."""

from dataclasses import dataclass

from cmsp_agent.model.secret import Secret


@dataclass(frozen=True, slots=True)
class SnmpCredential:
    """SNMP v1 or v2c with a community, or v3 (USM, RFC 3414) with a user.

    `auth` is one of MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512; `priv` one of DES, 3DES, AES-128, AES-192, AES-256
    (key extension of Blumenthal) and AES-192-C, AES-256-C (of Reeder, which Cisco uses). Empty: not used.
    """

    version: str
    """`1`, `2c` or `3`."""
    community: Secret | None = None
    user: str = ""
    auth: str = ""
    auth_key: Secret | None = None
    priv: str = ""
    priv_key: Secret | None = None
    context: str = ""
    name: str = ""
    """As the file calls it."""


@dataclass(frozen=True, slots=True)
class SshCredential:
    """A login on the device's command line."""

    user: str
    password: Secret | None = None
    enable: Secret | None = None


@dataclass(frozen=True, slots=True)
class HttpCredential:
    """A login on the device's web interface."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """The first credential of each kind that a component's list of credentials names."""

    snmp: SnmpCredential | None = None
    ssh: SshCredential | None = None
    http: HttpCredential | None = None
    further: tuple[SnmpCredential, ...] = ()
    """SNMP credentials that are tried where the first does not work, one after the other."""

    @property
    def login(self) -> SshCredential | HttpCredential | None:
        """By which a configuration can be taken; None: by none."""
        return self.ssh or self.http
