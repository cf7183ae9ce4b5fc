"""Credentials: names and algorithms in the file, secrets by reference only. What belongs together: see consistency."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.schema.base import Section, Unshown
from cmsp_agent.config.schema.values import Name, SecretRef, Text

VERSIONS = ("1", "2c", "3")
AUTH = ("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
PRIV = ("DES", "3DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C")

_VERSION_FORMS = {"v1": "1", "2": "2c", "v2": "2c", "v2c": "2c", "v3": "3"}
_AUTH_FORMS = {"SHA": "SHA-1", "SHA1": "SHA-1", **{f"SHA{bits}": f"SHA-{bits}" for bits in (224, 256, 384, 512)}}
_AUTH_FORMS |= {f"SHA2-{bits}": f"SHA-{bits}" for bits in (224, 256, 384, 512)}
_PRIV_FORMS = {"AES": "AES-128", "3DES-EDE": "3DES", "DES3": "3DES"}
_PRIV_FORMS |= {f"AES{rest}": f"AES-{rest}" for rest in ("128", "192", "256", "192-C", "256-C")}
_PRIV_FORMS |= {f"AES{dash}{bits}C": f"AES-{bits}-C" for bits in (192, 256) for dash in ("", "-")}


def _one_of(kinds: tuple[str, ...], forms: dict[str, str], what: str) -> BeforeValidator:
    by_folded = {kind.upper(): kind for kind in kinds}
    by_folded |= {form.upper(): by_folded[kind.upper()] for form, kind in forms.items() if kind.upper() in by_folded}

    def read(value: Any) -> str:
        written = "" if isinstance(value, bool | dict | list) or value is None else str(value).strip()
        if found := by_folded.get(written.upper().replace("_", "-")):
            return found
        # Somebody may write a password here by mistake: show only what looks like an algorithm.
        hint = did_you_mean(written, kinds) or f": one of {', '.join(kinds)}"
        if any(written.upper().startswith(kind[:2].upper()) and len(written) < 12 for kind in kinds):
            raise ValueError(f"not {what}{hint}")
        raise Unshown(f"not {what}: one of {', '.join(kinds)}")

    return BeforeValidator(read)


Version = Annotated[
    str, _one_of(VERSIONS, _VERSION_FORMS, "a version of SNMP"), WithJsonSchema({"enum": [1, 3, *VERSIONS]})
]
Auth = Annotated[str, _one_of(AUTH, _AUTH_FORMS, "an authentication algorithm"), WithJsonSchema({"enum": list(AUTH)})]
Priv = Annotated[str, _one_of(PRIV, _PRIV_FORMS, "a privacy algorithm"), WithJsonSchema({"enum": list(PRIV)})]


class Snmp(Section):
    """A community (v1, v2c) or a user (v3)."""

    version: Version
    community: SecretRef | None = None
    user: Text | None = None
    auth: Auth | None = None
    auth_key: SecretRef | None = None
    priv: Priv | None = None
    priv_key: SecretRef | None = None
    context: Text | None = None


class Ssh(Section):
    """A login on a device's command line."""

    user: Text
    password: SecretRef
    enable: SecretRef | None = None


class Http(Section):
    """A login on a device's web interface."""

    user: Text
    password: SecretRef


class Credential(Section):
    """The credentials under one name: SNMP, SSH, HTTP, or several of them."""

    snmp: Snmp | None = None
    ssh: Ssh | None = None
    http: Http | None = None


Credentials = Annotated[dict[Name, Credential], Field(default_factory=dict)]
