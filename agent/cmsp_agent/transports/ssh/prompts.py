"""What the last line of a terminal means: a prompt, a pager, a question that nobody may answer. Pure."""

import re
from collections.abc import Sequence

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-Z\\-_=>78])|[\x00\x07]")
_TYPED_OVER = re.compile(r"[^\x08\n]\x08")
_NAME = re.compile(r"^[\w.@()/:~-]+[#>][ \t]?$|^[\w.-]+@[\w.-]+:\S{0,60}\$ $")
_SHELL = re.compile(
    r"^\[?[\w.-]+@[\w.-]+[: ]\S*\]?[$#] ?$|^(?:\S{0,40} ?)?\$ ?$|^(?:[\w.-]+:)?[~/]\S* ?[$#%>] ?$|^[#%] $"
)
_NO_COMMAND = re.compile(r"(?i)\bnot found\b|^\S*: ?unknown command:", re.MULTILINE)
_NO_ENTRY = re.compile(
    r"(?im)^(?!%)[^\n]*\b(?:not (?:found|permitted|allowed)|failed to connect|permission denied|no such file)\b[^\n]*"
)
_ANY = re.compile(r"^\S[^\n]{0,100}?[#>$%\]][ \t]*$")
_PASSWORDS = (
    r"password|passwort|kennwort|mot de passe|contrase\S+|senha|wachtwoord|lösenord|passord|adgangskode|salasana|"
    r"hasło|heslo|пароль|şifre|parola"
)
_ASKED_FOR = rf"(?:{_PASSWORDS}|passcode|code|token|otp|pin|challenge|response|choice|option)"
_QUESTION = re.compile(
    rf"(?i)^(?:[^\n]*(?:\b(?:{_PASSWORDS}|pass ?(?:word|code|phrase)|verification|one-?time|token|otp|pin|code|"
    r"user ?name|login|retype|choice|challenge|response)\b|[(\[]y(?:es)?/n(?:o)?\b)[^\n]*[:?\])][ \t]*$|"
    r"[^\n]*\w \w[^\n]*\? *[(\[][^\n()\[\]]{0,40}[)\]] *:?[ \t]*$|"
    rf"(?:[a-z'-]+ ){{1,5}}{_ASKED_FOR} ?[>#$][ \t]*$|{_ASKED_FOR} ?[>$][ \t]+$)"
)
_TWICE = re.compile(r"^(.+[#>$%\]][ \t]*)\1+$")
"""The prompt of a device that neither echoes nor ends lines."""
_BRACKETED_PASTE = re.compile(r"\x1b\[\?2004[hl]\r?")
_BARE = re.compile(r"^[>#$:?*]{1,3}[ \t]*$")
_TELLS = re.compile(
    r"(?i)\b(?:enter|type|give|provide|supply|input|choose|select|answer|confirm|scan|respond)\b[^\n]*"
    rf"\b(?:{_ASKED_FOR}|new one|number|below|following)\b|\b(?:{_PASSWORDS})\b[^\n]*\b(?:expired|must be changed)\b"
)
"""An order to the reader, which a bare mark in the next line may wait for."""
_PASSWORD = re.compile(rf"(?i)^\W*(?:[^\n]*\W)?(?:{_PASSWORDS})\b[^\n]*$")
_OTHER = re.compile(
    r"(?i)\b(?:new|re-?(?:type|enter)|again|confirm\w*|verif\w*|one-?time|otp|token|old|current|expired?|change\w*|code|challenge|response)\b"
)
_NEW = re.compile(r"(?i)\b(?:not (?:been )?set|set (?:it|one|a)|new|choose|expired|must|change|code|token)\b")
_NAMED_LOG = re.compile(r"%[A-Z][A-Z0-9_]*-\d-")
_LOGGED = re.compile(
    r"(?<=[#>])[ \t]?(?:[\r\n]+(?:[^\r\n]*%[A-Z][A-Z0-9_]*-\d-[A-Z0-9_]+ ?: [^\r\n]*|"
    r"\*{3}(?: [^\r\n]*)?(?:(?:[\r\n]+(?!\*{3})[^\r\n]+){1,9}(?=[\r\n]+\*{3}))?))+[\r\n]+\Z"
)
"""Log lines and messages to all terminals after a prompt, which is not shown anew."""
_TIME = re.compile(r"\d+(?:\\?:\d+)+(?:\\?\.\d+)?")
NOTHING = re.compile("(?!)")

PromptAnswers = Sequence[tuple[re.Pattern[str], str]]
"""What the device may ask in its last line, and what is typed then."""

ODD = 1.0
"""Seconds of quiet after which an unusual last line is a prompt."""
USUAL = 0.1


def plain(text: str) -> str:
    """The text as a terminal would show it: without colours, what was typed over replaced."""
    text = _ESCAPES.sub("", text)
    while "\x08" in text:
        shorter = _TYPED_OVER.sub("", text)
        if shorter == text:
            return text.replace("\x08", "")
        text = shorter
    return text


def once(line: str) -> str:
    """The prompt that a line is made of, however often it stands there."""
    return _TWICE.sub(r"\1", line)


def without_paste_marks(text: str) -> str:
    """The text without what a shell says of pasted text (bracketed paste)."""
    return _BRACKETED_PASTE.sub("", text)


def before_logs(text: str) -> str:
    """The text up to its prompt, where log lines follow and the device shows no prompt anew."""
    logged = _LOGGED.search(text) if text.endswith(("\n", "\r")) else None
    return text[: logged.start()] if logged else text


def before_same(output: str, prompt: str) -> str:
    """What came before the prompt, where the device shows the same once more, as it does after a log line."""
    before, _, last = before_logs(f"{output}\n").rstrip("\n").rpartition("\n")
    again = prompt.strip() and plain(last).strip() == prompt.strip()
    return before_same(before, prompt) if again else output


def last_line(text: str) -> str:
    """The text after the last line end."""
    return plain(re.split(r"[\r\n]", text.rstrip("\x00"))[-1])


def last_words(text: str) -> str:
    """The last line with something in it, shortened."""
    return next((line.strip()[:80] for line in reversed(plain(text).splitlines()) if line.strip()), "")


def quiet_before(line: str) -> float | None:
    """Seconds of quiet after which the line is taken for the prompt; None where it can't be one."""
    if _NAME.match(line):
        return USUAL
    return ODD if _ANY.match(line) and not is_question(line) else None


def is_shell(line: str) -> bool:
    """Whether the line is the prompt of a Unix shell."""
    return _SHELL.match(line) is not None


def is_from_shell(answer: str) -> bool:
    """Whether a Unix shell answered a command that it does not know."""
    return _NO_COMMAND.search(plain(answer)) is not None


def why_still_shell(answer: str) -> str:
    """Why a command that leads from a shell to a command line did not; empty where nothing is said against it."""
    said = _NO_ENTRY.search(plain(answer))
    return said[0].strip()[:80] if said else ""


def is_question(line: str, name: str = "") -> bool:
    """Whether the line asks for something that only a person can answer.

    Args:
        line: the last one.
        name: the component's: some are called `token`, and their prompt is no question.
    """
    return _QUESTION.match(line) is not None and line.rstrip("> \t").lower() != name.lower()


def asked_above(text: str) -> str:
    """What a bare mark such as `> ` in the last line waits for, where the line above it says so; empty otherwise."""
    if not _BARE.match(last_line(text)):
        return ""
    lines = [line.strip() for line in plain(text).splitlines() if line.strip()]
    above = lines[-2] if len(lines) > 1 else ""
    return above if _TELLS.search(above) else ""


def makes_a_new_one(text: str) -> bool:
    """Whether what the device said before it asks for a password is about a new one, or about a code."""
    said = [line for line in plain(text).splitlines()[:-1] if not _NAMED_LOG.search(line)]
    return any(_NEW.search(line) for line in said)


def is_password(line: str) -> bool:
    """Whether the line asks for the password that we have: no new one, no code, not twice the same."""
    return _PASSWORD.match(line) is not None and _OTHER.search(line) is None


def pattern_of(prompt: str) -> re.Pattern[str]:
    """What the prompt looks like from now on: another mode may be named in it, and the time of day moves on."""
    base = re.sub(r"(?:\([\w-]*\))?\*?[#>$%\]][ \t]*$", "", prompt)
    return re.compile(rf"^{_TIME.sub('[0-9:.]+', re.escape(base))}[^\n]{{0,60}}[#>$%\]][ \t]*$")


def line_above(one: str, other: str) -> re.Pattern[str]:
    """What stands above the prompt in both texts, but for its numbers: a prompt of two lines. Else nothing matches."""
    first, second = ([line.strip() for line in plain(text).splitlines()[:-1]][-1:] for text in (one, other))
    digits = re.compile(r"\d+")
    if not first or not second or not second[0] or digits.sub("0", first[0]) != digits.sub("0", second[0]):
        return NOTHING
    return re.compile(r"^\s*" + digits.sub("[0-9]+", re.escape(second[0])) + r"\s*$")


def asked(line: str, answers: PromptAnswers) -> int | None:
    """Which of the questions the line is; None: another line."""
    return next((place for place, (question, _) in enumerate(answers) if question.search(line)), None)


def counting(one: str, other: str) -> re.Pattern[str] | None:
    """What prompts look like that differ in their numbers alone; None where these two differ in more."""
    digits = re.compile(r"\d+")
    if digits.sub("0", one) != digits.sub("0", other):
        return None
    return re.compile("^" + digits.sub("[0-9]+", re.escape(one.rstrip())) + r"[ \t]*$")
