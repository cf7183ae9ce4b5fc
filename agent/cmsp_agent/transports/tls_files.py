"""Why files of TLS can't be used: which of them, what is wrong with it, and what helps. Opens no connection."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.config.file_kind import in_place_of_a_file
from cmsp_agent.model.machine_faults import help_for

CERTIFICATE, PRIVATE_KEY, AUTHORITY = "certificate", "key", "ca"


def why_unusable(certificate: Path, key: Path, authority: Path, error: Exception) -> str:
    """The first file that is at fault, with what is wrong with it.

    Args:
        certificate: our chain, PEM.
        key: its private key, PEM.
        authority: the certificates that the other side's are judged by, PEM.
        error: what came of their use.
    """
    files = ((CERTIFICATE, certificate), (PRIVATE_KEY, key), (AUTHORITY, authority))
    return next((text for name, path in files for text in _wrong_with(name, path)), "") or _together(
        certificate, key, error
    )


def problem_of_client(certificate: Path, key: Path, authority: Path) -> str:
    """Why these can't be used to call somebody; empty where they can. The arguments are those of `why_unusable`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(authority)
        context.load_cert_chain(certificate, key)
    except OSError as error:  # of which ssl.SSLError is one
        return why_unusable(certificate, key, authority, error)
    return ""


def _wrong_with(name: str, path: Path) -> Iterator[str]:
    try:
        if kind := in_place_of_a_file(path):
            yield f"{name}: {path} is {kind}, not a file"
            return
        content = path.read_bytes()
    except FileNotFoundError:
        yield f"{name}: there is no file {path}"
    except OSError as error:
        help_text = help_for(error.errno or 0, path)
        yield f"{name}: {path} can't be read: {error.strerror}{f'; {help_text}' if help_text else ''}"
    else:
        wanted = b"PRIVATE KEY-----" if name == PRIVATE_KEY else b"-----BEGIN CERTIFICATE-----"
        if wanted not in content:
            yield f"{name}: {path} holds no {'private key' if name == PRIVATE_KEY else 'certificate'} in PEM"


def _together(certificate: Path, key: Path, error: Exception) -> str:
    reason = getattr(error, "reason", "") or ""
    if "KEY_VALUES_MISMATCH" in reason or "KEY_TYPE_MISMATCH" in reason:
        return f"key: {key} is not the private key of {certificate}; put the two that belong together there"
    if isinstance(error, ssl.SSLError):
        return f"{certificate}, {key}: not usable PEM ({reason or error}); write them anew"
    return str(error)
