"""A pinned host key as the API shows it."""

from cmsp_agent.api.views.view import View
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.devices.records import PinnedHostKey


def host_key_view(key: PinnedHostKey) -> View:
    """A pinned host key, as OpenSSH would print it."""
    return {"algorithm": key.algorithm, "fingerprint": key.fingerprint, "seen_at": rfc3339(key.seen_at)}
