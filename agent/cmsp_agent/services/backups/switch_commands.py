"""The words that stand before a secret in the configurations of other makers' switches, firewalls and WLAN controllers.

As in `secret_commands`, as regular expressions; the sources are the makers' command references.
"""

_HASHES = r"(?:md5|sha\d*(?:-\d+)?)"

ARUBA = (
    r"snmpv3 community index \S+ name",
    r"mgmt-user \S+ \S+",
    r"crypto-local isakmp key",
    rf"snmp-server user \S+ auth-prot {_HASHES}",
    r"snmp-server user \S+ .*?\bpriv-prot \S+",
    r"(?:localip|masterip) \S+ ipsec",
)
COMWARE = (
    r"key (?:authentication|accounting|authorization)(?= +(?:cipher|simple) )",
    r"super password role \S+",
)
AIREOS = (
    r"(?:config )?snmp community (?:create|delete)",
    r"(?:config )?snmp community (?:accessmode|mode) \S+",
    r"(?:config )?snmp community ipaddr \S+ \S+",
    r"(?:config )?(?:radius|tacacs) (?:auth|acct|athr) add \d+ \S+ \d+ (?:ascii|hex)",
    r"(?:config )?(?:mgmt|net)user add (?!encrypt )\S+",
)
FORTINET = (r"set md5-key(?: \d+)?", r"set key(?= +\S+\s*$)", r"set [\w-]*-pwd")
D_LINK = (
    r"(?:create|config) account \S+ encrypt (?:sha_1|plain_text|\d+)",
    rf"create snmp user .*?\bauth {_HASHES}",
    r"create snmp user .*?\bpriv (?:3?des|aes\d*)",
    r"(?:create|config) radius add \d+ \S+ key",
)
DELL = (
    r"users? passwd \S+(?: encrypted)?",
    r"snmptrap(?= +\S+ +(?:ip6?addr|mode)\b)",
    r"radius server key (?:auth|acct) \S+(?: encrypted)?",
)
FIREWALLS = (
    r"set ike gateway .*? preshare",
    r"(?:set )?user \S+ (?:hash-)?password(?= +\S+(?: +uid\b|\s*$))",
    r"set (?:user \S+|expert) ?-?password-hash",
    r"phash",
    r"(?:add|set) system user \S+",
    r"(?:add|set) aaa user \S+",
    r"logging ftp-server \S+ \S+ \S+",
)
SWITCHES = (*ARUBA, *COMWARE, *AIREOS, *FORTINET, *D_LINK, *DELL, *FIREWALLS)

ENCRYPTED_ANEW = (
    r"^[ \t]*(?:config +)?(?:(?:mgmt|net)user|radius|tacacs|wlan|ap)\b[^\n]*\b(?:encrypt|set-key hex)\b[^\n]*? "
    r"(?P<secret>[^\s.:]{6,} +\S+ +\d+ +\S+)"
)
"""A WLAN controller shows what it starts from, what it is checked by, and its length beside the secret."""
OPTION = r"[ \t]-(?i:\w*(?:passw(?:or)?d|passcrypt|passphrase|secret)|radKey|preSharedKey) +"
"""Before the secrets of a Citrix ADC."""
