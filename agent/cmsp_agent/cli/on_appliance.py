"""The commands that work on the appliance's own files and keys: with `--url` they say so, and do nothing here."""

from cmsp_agent.cli.daemon import CallFailed

ON_THE_APPLIANCE = frozenset(
    {
        "run",
        "enrol",
        "secret set",
        "secret delete",
        "backup rotate-key",
        "backup restore-key",
        "backup new-set",
        "plugin clear",
        "tunnel run",
    }
)


def refuse_from_afar(command: str, url: str) -> None:
    """Refuse a command that would act on this machine though another was named.

    Raises:
        CallFailed: it is one of `ON_THE_APPLIANCE`, and there is a URL.
    """
    if url and command in ON_THE_APPLIANCE:
        why = "this works on the files or keys of the appliance that it runs on"
        raise CallFailed(f"{why}: run it there, without --url (or CMSP_AGENT_URL): nothing was done", 2)
