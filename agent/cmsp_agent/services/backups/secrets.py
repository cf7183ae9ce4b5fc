"""What a secret looks like in any device's configuration. Device types add only what is peculiar to them.

A command is known by its words at a line's start, and then whatever stands in the secret's place is hidden. In other
text only a last word, or one before a known option, is a secret: a sentence with *password* in it stays readable.
"""

import re
from collections.abc import Iterator

_OPTIONS = (
    "additive|address|authenticat\\w+|config|context|encrypted|group|hash|hostname|informs?|level|localizedkey|parser|"
    "pattern|pbkdf2|port|priv(?:ilege)?|realm|ro|role|rw|timeout|timestamps?|tos|udp-port|use-acl|use-vrf|version|view|"
    "vrf|expires|clear|auth|acct-port|auth-port|single-connection|memory|ipsec|mschap|nt-encrypted"
)
"""Words that may follow a secret in its line, and so are none where a digit stands before them."""
_KINDS = (
    "ENC|encrypted|encoded|clear|cleartext|ciphertext|plaintext|ascii|ascii-text|hex|hexadecimal|text|sha512|scrypt"
)
_KIND = rf"(?:(?:\d|{_KINDS}) +(?!(?:{_OPTIONS})\b))*+"
"""How the secret is kept: a digit or a word before it."""
_VALUE = r"(?P<secret>\"(?:[^\"\\\n]|\\.)*\"|\S+?)(?=;?(?:\s|$))"
_WORDS = (
    "(?:[\\w-]*-)?(?:password|passwd|passphrase|passcode|pass-phrase|secret|pksecret|psksecret|pin|pincode|shared-secret|"
    "pre-shared-key|preshared-key|psk|authentication-key|auth-key|authkey|key-string|hex-key|key-octet-string|"
    "community-string|server-key|secret-data|private-key)"
)
_LINE = r"(?:enable |username \S+ .*?)?"
_SEVERAL = rf"(?P<secret>(?!<hidden>)\S+(?: +(?!(?:{_OPTIONS})\b)\S+)+)"
"""A secret with spaces in it: the rest of its line."""
_LAST = rf"(?P<secret>\"[^\"\n]+\"|[^\s\"]+?)(?=;?\s*$|;? +(?:{_OPTIONS})\b)"
_TAG = r"[\w:-]*(?i:passw|secret|psk|shared_key|private_?key)[\w:-]*"
_NAMES = r"(?i:[\w.-]*(?:pass|passw(?:or)?d|pwd|secret|passphrase|psk|sharedkey|privatekey|community\w*))"
_GRAMMAR = (
    "a|an|and|are|as|at|be|been|before|by|can(?:not)?|changed?|complexity|do|does|encryption|expired|expires|failed|for|"
    "from|had|has|have|if|in|incorrect|invalid|is|it|may|must|not|of|on|or|please|policy|prompt|recovery|rejected|"
    "required|set|should|the|to|too|until|was|were|when|will|with|wrong|you|your"
)
"""Words that follow *password* in a sentence."""

_COMMANDS = (
    r"(?:username|mgmtuser|user-name) +\S+ .*?(?:password|secret)",
    r"(?:no +)?enable (?:password|secret|algorithm-type \S+ secret)(?: level \d+)?",
    r"(?:password|passwd|secret|passphrase|digest secret|xauth userid mode\b.*\bpassword)",
    r"(?:set )?(?:password|passwd|pksecret|psksecret|secret|passphrase)",
    r"snmp-server community",
    r"(?:rf-switch )?snmp-community",
    r"snmp(?:-server)? mib community-map",
    r"snmp-server user .*?\bauth (?:md5|sha\d*(?:-\d+)?(?: \d{3})?)",
    r"snmp-server user .*?\bpriv(?: (?:des(?:56)?|3des|aes(?:-?\d+)?)(?: \d+)?)?",
    r"snmp user .*?\b(?:auth|priv) \S+",
    (
        r"snmp-server host \S+(?: vrf \S+)?(?: (?:informs?|traps?))?"
        r"(?: version v?(?:1|2c|3(?: (?:auth|noauth|priv))?))?(?: community)?"
    ),
    r"(?:tacacs-server|radius-server|tacplus-server|ldap-server)\b.*? key",
    r"(?:server-key|key-string|hex-key|auth-key|authentication-key|hello-authentication-key|key-octet-string|pac key)",
    r"key(?! +(?:\d+\s*$|chain|config-key|generate|import|export|zeroize|size|type|label))",
    r"key config-key \S+",
    r"key-hash \S+",
    r"(?:failover|ipsec|ldap-login|stack-mac) (?:key|password)",
    r"(?:crypto )?isakmp key(?! +(?:address|hostname))",
    r"(?:ikev[12] )?(?:(?:local|remote)-authentication )?pre-shared-key(?! +(?:address|hostname)\b)(?: local| remote)?",
    r"pre-shared-key (?:address|hostname) .*?\bkey",
    r"client \S+.*? (?:server-key|key)",
    r"server-private \S+ .*?\bkey",
    r"neighbor \S+(?: \S+)? password",
    r".*\bmessage-digest-key \d+ (?:md5|hmac-sha-?\d+)",
    r".*\bauthentication mode (?:hmac-sha-\d+|md5)",
    r"ip rsvp authentication key",
    r"(?:ip )?nhrp authentication",
    r"(?:area|domain|isis|lsp)[- ]password",
    r"(?:standby|vrrp|glbp|fhrp)(?: \d+)? authentication(?: text| md5 key-string)?(?! +md5\b)",
    r"ppp (?:chap (?:password|hostname)|pap sent-username \S+ password)",
    r"l2tp tunnel password",
    r"ntp authentication-key \d+ (?:md5|hmac-\S+|sha\d*|cmac-\S+|type \S+ value)",
    r"set session-key (?:in|out)bound ah \d+",
    r"set session-key (?:in|out)bound esp \d+ cipher",
    r"set session-key (?:in|out)bound esp \d+(?: cipher \S+)? authenticator",
    r"syscon address \S+",
    r"(?:gsm|lte|cellular)\b.*?\b(?:unlock|pin|change-pin)",
    r"set system license keys key",
    r"set snmp trap-group",
    r".*\bsnmp trap-group",
    r"wpa-psk (?:ascii|hex)",
    r"(?:authentication key-management|security wpa) .*?(?:ascii|hex)",
    r".*\bmap-server \S+ (?:proxy )?key",
    r"(?:.*\b)?crypto pki .*?\b(?:user-pin|password)",
    (
        r"set community(?!.* additive\s*$)(?! +(?:[($]|\d+(?::\d+)?\b|(?i:internet|local-as|no-advertise|no-export|"
        r"no-peer|gshut|graceful-shutdown|none|blackhole|accept-own|large|extended)\b))"
    ),
    r"event manager environment (?i:\S*(?:passw|secret|key|pwd)\S*)",
    r"url authentication \S+ \S+",
)
_SERVERS = r"(?:tacacs|radius|ldap|aaa-server|aaa group)\b[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+key"
"""A server's key in its own section: there `key 63` is a secret too, which in a key chain is a number."""


def patterns() -> list[re.Pattern[str]]:
    """Every form that is known; each has the group `secret`."""
    return [re.compile(each, re.MULTILINE) for each in _sources()]


def _sources() -> Iterator[str]:
    yield r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s*\n?(?P<secret>[^-]+?)(?=\s*-----END)"
    yield r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@\"]*:(?P<secret>[^\s\"]+)@"
    yield r"\bmail server \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"^event manager environment \S+ \"?[^\s\":@]+:(?P<secret>[^\"\n]+)@"
    yield r"(?P<secret>\$(?:\d{1,2}[a-z]?|y|nt|sha\d+)\$[^\s\";]{6,})"
    yield r"\bENC +(?P<secret>\S+)"
    yield r"\bsnmp (?:community|trap-target \S+ community) +(?P<secret>\S+)"
    yield r"^[ \t]*set .* private key +(?P<secret>\S+)"
    yield rf"^{_SERVERS} +{_KIND}{_VALUE}"
    yield rf"^[ \t]*{_LINE}(?:password|secret|passphrase) +{_KIND}{_SEVERAL}$"
    for words in _COMMANDS:
        yield rf"^[ \t]*(?:{words}) +{_KIND}{_VALUE}"
    yield rf"\b{_WORDS} +{_KIND}(?!(?:{_GRAMMAR})\b){_LAST}"
    yield rf"<(?P<tag>{_TAG})>(?P<secret>[^<\n]+)(?=</)"
    yield rf"{_NAMES}\"?\s*[=:]\s*(?!\w+://)(?P<secret>\"(?:[^\"\\\n]|\\.)+\"|'[^'\n]+'|[^\s\"'<,;]+)"


SALTED = re.compile(
    r"\bENC +(?P<secret>\S+)|(?P<key>-----BEGIN ENCRYPTED PRIVATE KEY-----)[^-]+|\bkey 7 (?P<salted>\$0\$\S+)"
)
"""Secrets that some devices encrypt anew for each reading: equal ones look different."""
