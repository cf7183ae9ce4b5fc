"""The command line of a kind of device: how its configuration is read, and what is to be entered for the agent.

Parts of `plugin.api`, which is where plugins import them from.
"""

from dataclasses import dataclass, field

from cmsp_agent.plugin.source_line import written_here


@dataclass(frozen=True, slots=True)
class Redaction:
    """A pattern whose group `secret` is hidden from people's eyes; never applied to the stored copy."""

    pattern: str
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a whole configuration is put back, with the device's own way back if nobody confirms it.

    In commands `{file}` is the uploaded file and `{minutes}` the time after which the device goes back by itself.
    Patterns are multi-line regexes, searched in what the device says.
    """

    file: str
    """Where the file is uploaded to by SCP, as the device names it."""
    ready: str
    """Found in a configuration under which the way back works, or in the answer to `ask`."""
    remedy: str
    """What to do where it is not found."""
    hash: str
    hash_shown: str
    """The MD5 of the uploaded file is its group `hash`."""
    apply: str
    applied: str
    failed: tuple[str, ...]
    """Found in the answer to `apply` where it failed, whatever else stands there; `line` is the command it quotes."""
    confirm: str
    revert: str
    pending: str
    not_pending: str
    """Found in the answer to `pending` where the device would not go back any more."""
    merge: str
    """Adds the lines of the file without removing any; there is no way back from it."""
    remove: str
    save: str
    saved: str
    waiting: str = ""
    """Found in the answer to `pending` where somebody's change waits; empty: only one of ours can."""
    answers: tuple[tuple[str, str], ...] = ()
    """What the device may ask, and what is answered."""
    needs_reload: tuple[str, ...] = ()
    """Lines that take effect at the device's next start only."""
    driver: str = ""
    """The dialect in which all this is said; empty: that of the platform."""
    ask: str = ""
    """Where it is not the configuration that shows whether the way back works: a command whose answer has `ready`."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Lines of a configuration that are one text, whatever they look like: a banner, a certificate."""

    begins: str
    """The line that opens it. Its group `until`, where it has one, is the delimiter that ends the text."""
    ends: str = ""
    """The line that ends it, where there is no delimiter."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What a configuration does not hold although it needs it: a person enters it on a replaced device."""

    where: str
    """Found in a configuration that needs it."""
    what: str
    """What is lacking, and how it is entered."""


@dataclass(frozen=True, slots=True)
class ConsolePaste:
    """How a configuration is made a text that a person pastes at the console of a new device."""

    before: tuple[str, ...]
    """Typed first, from the prompt on."""
    after: tuple[str, ...]
    """Typed last."""
    leave_out: tuple[str, ...] = ()
    """Lines that the device shows and does not take, or that are bound to the old hardware."""
    start: tuple[tuple[str, str, str], ...] = ()
    """Sections (a pattern) that a new device has turned off: what turns them on, unless they hold the third pattern."""
    hardware: str = ""
    """Lines that name a port of the hardware: its group `name`."""


@dataclass(frozen=True, slots=True)
class HttpFetch:
    """How the configuration is fetched over HTTP(S), where it is not read over SSH."""

    path: str = ""
    """Of the configuration; empty: the component names the URL of its profile."""
    method: str = "GET"
    login: str = ""
    """The path that a form with user and password is posted to, for a cookie; empty: basic authentication."""
    fields: tuple[str, str] = ("Username", "Password")
    """The names of the two in the form."""
    denied: str = ""
    """Found in the answer to the form where it is refused although the status is 200."""
    logout: str = ""
    archive: bool = False
    """What comes is a .tar.gz, not a text."""


@dataclass(frozen=True, slots=True)
class FileUpload:
    """How a whole configuration is put back by HTTP(S), in the form in which `HttpFetch` gave it.

    The device takes it at once and has no way back of its own. It is off for a component that does not turn it on.
    """

    path: str
    method: str = "PUT"
    field: str = "file"
    """The name of the form's field."""
    name: str = "configuration"
    """The name that the file is given."""
    more: tuple[tuple[str, str], ...] = ()
    """Further fields of the form."""
    failed: str = ""
    """Found in the answer where the file is refused although the status is 200."""
    restarts: bool = True
    """Whether the device starts anew with it."""
    minutes: int = 15
    """Within which it answers again and runs the file."""


@dataclass(frozen=True, slots=True)
class CliPlatform:
    """How the configuration is read, and how a good one is recognised. Patterns are multi-line regexes."""

    driver: str
    """The dialect of its command line, such as `cisco_ios`: how paging is turned off, how privileges are entered."""
    config: str = "show running-config"
    fetch: HttpFetch | None = None
    """Where it is fetched over HTTP(S)."""
    startup: str = ""
    """Shows the configuration that the device starts with; empty: it is never compared with the running one."""
    complete: str = r"^end\s*\Z"
    must_have: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    """Lines that differ from one reading to the next without any change."""
    redact: tuple[Redaction, ...] = ()
    read_only: tuple[str, ...] = ()
    """Commands that diagnostics may run."""
    replacement: Replacement | None = None
    """None: a configuration of this platform is put back by `upload` or by a person."""
    upload: FileUpload | None = None
    """Where it is taken as a file over HTTP(S)."""
    blocks: tuple[TextBlock, ...] = ()
    lacks: tuple[Lack, ...] = ()
    paste: ConsolePaste | None = None
    changed_at: str = ""
    """The SNMP instance that says when the running configuration changed last, as a value of sysUpTime."""
    saved_at: tuple[str, ...] = ()
    """Those that say when it was saved, and when the one that the device starts with changed: the latest counts."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


NEEDS = ("snmp", "traps", "syslog", "clock", "login", "archive", "scp")
"""What the agent may need of a device: answers to SNMP; its traps and syslog, with times that can be believed; a login;
word of who changed the configuration; files by SCP."""
FILLED_IN = (
    *("appliance", "trap_port", "trap_number", "syslog_port", "syslog_at", "syslog_number", "user", "login"),
    *("level", "auth", "auth_name", "priv", "priv_name"),
)
"""What may stand in a line of a step in braces. Secrets never do: their place is marked for the person who types."""


@dataclass(frozen=True, slots=True)
class SetupLine:
    """A command, and the pattern by which a saved configuration shows that it is there."""

    command: str
    """As it is typed; `{appliance}` and others of `FILLED_IN` are filled in."""
    there: str = ""
    """Empty: the command itself at the beginning of a line. Words are filled in here too, escaped. Its groups `network`
    and `mask`, where it has them, are a network in which we must be (`ssh 10.0.0.0 255.0.0.0 inside`)."""
    shown: bool = True
    """False: no configuration shows it (an SNMPv3 user). Of `snmp` the device's answers show that it is there, of
    `login` that its configuration was read; of others it is not known."""
    behind: str = ""
    """Finds each line of this kind; its group `list`, where it takes part, names an access list that must let us in."""


@dataclass(frozen=True, slots=True)
class SetupStep:
    """The commands for one need."""

    need: str
    why: str
    lines: tuple[SetupLine, ...]
    only: str = ""
    """`3` or `2c`: only for a credential of that version of SNMP."""
    words: tuple[tuple[str, str], ...] = ()
    """How the device calls an algorithm that the file calls otherwise (`SHA-256` is `sha-2 256`)."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
