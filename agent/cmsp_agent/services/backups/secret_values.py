"""How a secret itself looks, and the words that say how it is kept, as regular expressions."""

OPTIONS = (
    "additive|address|authenticat\\w+|config|context|encrypted|group|hash|hostname|informs?|level|localizedkey|parser|"
    "pattern|pbkdf2|port|priv(?:ilege)?|realm|ro|role|rw|timeout|timestamps?|tos|udp-port|use-acl|use-vrf|version|view|"
    "vrf|expires|clear|auth|acct-port|auth-port|single-connection|memory|ipsec|mschap|nt-encrypted|hidden|secret|"
    "store-local|transmit-key|service|obscured|nointeractive"
)
"""Words that may follow a secret in its line, and so are none where a digit stands before them."""
_KINDS = (
    "ENC|cipher|irreversible-cipher|encrypted|encoded|clear|cleartext|ciphertext|plain|plain-?text|simple|ascii|ascii-text|hex|"
    "hexadecimal|text|sha-?(?:1|256|384|512)|scrypt|hash"
)
KIND = rf"(?>(?:(?:\d|{_KINDS}) +(?!(?:{OPTIONS})\b))*)"
"""How the secret is kept: a digit or a word before it."""
VALUE = r"(?P<secret>\"(?:[^\"\\\n]|\\.)*\"|\S+?)(?=[;\"]?(?:\s|$))"
