r"""How the configuration of a Cisco gateway is read, told from garbage, compared and shown.

The sources are `show running-config` itself and what redaction must reach in a voice gateway's configuration. A secret
goes whatever its type: type 7 is reversible, and the others are nobody's business either.
"""

from cmsp_agent.plugin.api import CliPlatform, Redaction

_TYPE = r"(?:[0-9] )?"
"""The digit that tells how a secret is kept."""
_HIDDEN = r"(?P<secret>\S+)"


def _after(words: str) -> Redaction:
    """A line that has these words, then perhaps a type, then the secret."""
    return Redaction(rf"{words} {_TYPE}{_HIDDEN}")


REDACT = (
    # First whatever stands after a word that announces a secret, spaces included; a realm is none.
    Redaction(rf"\b(?:password|passphrase|secret|authentication-key) {_TYPE}(?P<secret>\S.*?)(?= realm |\s*$)"),
    _after(r"^snmp-server community"),
    Redaction(rf"^snmp-server host \S+(?: vrf \S+)?(?: informs| traps)?(?: version (?:1|2c))? {_HIDDEN}"),
    Redaction(rf"^snmp-server user .* auth (?:md5|sha(?:-2)?(?: (?:224|256|384|512))?) {_HIDDEN}"),
    Redaction(rf"^snmp-server user .* priv (?:des|3des|aes)(?: \d+)? {_HIDDEN}"),
    Redaction(rf"^\s*(?:username|mgmtuser) \S+ .*?(?:password|secret) {_TYPE}{_HIDDEN}"),
    _after(r"^enable (?:password|secret)(?: level \d+)?"),
    _after(r"^\s+(?:password|secret)"),
    _after(r"^(?:tacacs-server|radius-server) .*?\bkey"),
    _after(r"^\s+(?:server-key|key-string(?: hex)?|hex-key|auth-key|pac key|key)"),
    Redaction(rf"^\s+pre-shared-key (?!address |hostname )(?:(?:local|remote) )?(?:hex )?{_TYPE}{_HIDDEN}"),
    _after(r"^\s+client \S+ server-key"),
    Redaction(rf"^crypto isakmp key {_TYPE}{_HIDDEN} (?:address|hostname)"),
    _after(r"^\s+pre-shared-key (?:address|hostname) \S+(?: \S+)? key"),
    _after(r"^\s+neighbor \S+ password"),
    _after(r"^\s+.*\bmessage-digest-key \d+ md5"),
    _after(r"^\s+ip ospf authentication-key"),
    _after(r"^\s+(?:standby|vrrp|glbp)(?: \d+)? authentication(?: (?:text|md5 key-string))?"),
    _after(r"^\s+ip nhrp authentication"),
    _after(r"^\s+ppp (?:chap|pap sent-username \S+) password"),
    _after(r"^\s+(?:wpa-psk|authentication key-management .*) (?:ascii|hex)"),
    _after(r"^\s*dot1x username \S+ password"),
    # Voice: SIP user agent, tenants, dial-peers, phones, CME.
    Redaction(rf"^\s*credentials (?:number \S+ )?username \S+ password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*authentication username \S+ password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*username \S+ password {_HIDDEN}"),
    Redaction(rf"^\s*(?:web admin|xml user) .*?password {_TYPE}{_HIDDEN}"),
    Redaction(rf"^\s*url authentication \S+ \S+ {_HIDDEN}"),
    _after(r"^\s*.*\bshared-secret"),
    # Elsewhere.
    _after(r"^ip (?:http client|ftp) password"),
    _after(r"^event manager environment \S*(?i:passw|secret|key)\S*"),
    _after(r"^ntp authentication-key \d+ (?:md5|hmac-sha1|hmac-sha2-256|sha1|sha2|cmac-aes-128)"),
    Redaction(rf"^snmp mib community-map {_HIDDEN}"),
    _after(r"^\s+server-private \S+ .*?\bkey"),
    _after(r"^\s+security wpa (?:psk|akm psk) set-key (?:ascii|hex)"),
    Redaction(r"\b(?:scp|sftp|ftp|https?)://[^\s:/@]+:(?P<secret>[^\s@]+)@"),
)

CLI = CliPlatform(
    driver="cisco_ios",
    config="show running-config",
    complete=r"^end\s*\Z",
    must_have=(r"^(?:\w+ )?version \S", r"^hostname \S"),
    invalid=(
        r"^\s*% ?(?:Invalid input|Incomplete command|Ambiguous command|Unknown command|Bad IP)",
        r"^\s*%? ?(?:Command )?[Aa]uthorization failed",
        r"^% ?Access denied",
    ),
    volatile=(
        r"^Building configuration\.\.\..*$",
        r"^Current configuration ?:.*$",
        r"^Using \d+ out of \d+ bytes.*$",
        r"^! Last configuration change at .*$",
        r"^! No configuration change since last restart.*$",
        r"^! NVRAM config last updated at .*$",
        r"^ntp clock-period \d+.*$",
    ),
    redact=REDACT,
    read_only=(
        "show version",
        "show inventory",
        "show ip interface brief",
        "show interfaces",
        "show controllers e1",
        "show controllers t1",
        "show isdn status",
        "show dial-peer voice summary",
        "show call active voice brief",
        "show sip-ua status",
        "show sip-ua register status",
        "show environment all",
        "show processes cpu sorted",
        "show logging",
        "show clock",
        "show ntp status",
    ),
)
