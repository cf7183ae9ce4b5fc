"""Where a Cisco gateway's messages name people: user names and telephone numbers. Masked in what leaves the site."""

from cmsp_agent.plugin.api import Redaction

PERSONAL = (
    Redaction(r"\b(?:by|[Uu]ser) (?!console\b)(?P<secret>[^\s()\[\]]+)(?= on | from | at |,|$| logged)"),
    Redaction(r"\[user: (?P<secret>[^\]]+)\]"),
    Redaction(r"\bUser:\s*(?P<secret>\S+)"),
    Redaction(r"\b(?:dis)?connected (?:to|from) (?P<secret>[+\d*#]{3,})"),
    Redaction(r"\bNumber=(?P<secret>[^;\s]+)"),
    # show call active voice brief; show sip-ua register status
    Redaction(r"\bpid:\d+ (?:Answer|Orig\w*) (?P<secret>[+*#]?\d+)"),
    Redaction(r"^\s*(?P<secret>[+*#]?\d{3,})\s+-?\d+\s+\d+\s+(?:yes|no)\b"),
    Redaction(r"\b(?:called|calling)(?:number| party)?[ :=<]+(?P<secret>[+\d*#]{3,})"),
)
