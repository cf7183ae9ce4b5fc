"""The words that stand before a secret in the configurations of Huawei, Extreme and net-snmp, as regular expressions.

As in `secret_commands`; the sources are the makers' command references, and snmpd.conf(5), snmp.conf(5) and
snmpcmd(1) of net-snmp.
"""

_MODES = r"(?:simple|md5|hmac-md5|hmac-sha-?\d+|sha\d*(?:-\d+)?)"

HUAWEI = (
    r"(?:undo )?super password(?: level \d+)?",
    rf"snmp-agent usm-user .*?\bauthentication-mode {_MODES}",
    r"snmp-agent usm-user .*?\bprivacy-mode \S+",
    r"snmp-agent target-host (?!.*\bv3\b).*?\bsecurityname",
    (
        rf"(?:(?:ospf|isis|rip|vrrp|ntp-service|peer)\b.*? )?(?:[\w-]+-)?authentication-mode {_MODES}"
        r"(?: (?:\d+|usual|nonstandard|ip|osi|send-only|level-[12]))*"
    ),
    r"md5-password(?: (?:cipher|plain))? \S+",
    r"security (?:wpa|wapi|wep)\S* .*?\b(?:pass-phrase|hex|key \d+)",
    r"sa (?:string-key|authentication-hex|encryption-hex) (?:in|out)bound (?:ah|esp)",
)
EXTREME = (
    r"create account (?:admin|user|lawful-intercept) \S+",
    r"configure account (?!all )\S+(?: password)?(?= +encrypted)",
    r"configure snmp add community \S+",
    r"configure snmpv3 add community",
    r"configure snmpv3 add community (?:encrypted )?\S+ name",
    r"configure snmpv3 add user .*?\bauthentication (?:md5|sha\d*)(?: (?:auth-encrypted|localized-key|hex))*",
    r"configure snmpv3 add user .*?\bprivacy(?: (?:des|3des|aes|\d{3}|privacy-encrypted|localized-key|hex))*",
    r"configure (?:ospf\S*|rip|isis|vrrp) .*?\bauthentication(?: encrypted)? (?:md5|simple-password)(?: \d+)?",
    r"configure s?ntp key \d+ (?:md5|sha\d*)",
    r"(?:radius|tacacs) server host \S+(?: .*?)? key",
    r"ip isis hello-auth type \S+ key",
    r"snmp-server user \S+ (?:group \S+ )?(?:md5|sha\d*)(?: \S+ (?:aes\d*|3?des))?",
    r"snmp-server user \S+ (?:group \S+ )?(?:md5|sha\d*)",
    r"set snmp user .*?\bprivacy",
    r"set snmp user .*?\bauthentication (?:md5|sha\d*)",
    r"set (?:radius|tacacs) server \d+ \S+ \d+",
)

_SENDS = r"(?i:trapsess|informsess|proxy|notificationEvent|monitor)\b.*? "
NET_SNMP = (
    r"(?i:r[ow]community6?|trapcommunity|defCommunity|authcommunity \S+)(?! +(?:is|are|was|must|may) )(?: +-s +\S+)?",
    r"(?i:com2sec6?|com2secunix)(?: +-Cn +\S+)? +\S+(?: +\S+(?= +\S))?",
    r"(?i:trap2?sink|informsink) +\S+",
    r"(?i:createUser)(?: +-e +\S+)? +\S+ +(?i:md5|sha\S*)(?: +-[ml])?",
    r"(?i:createUser)\b.*? (?i:des|aes\S*)(?: +-[ml])?",
    r"(?i:usmUser)(?: +\S+){7}",
    r"(?i:usmUser)(?: +\S+){9}",
    *(rf"{_SENDS}-{option}" for option in ("c", "A", "X", "3[mM]", "3[kK]")),
    r"(?i:def(?:auth|priv)?(?:passphrase|masterkey|localizedkey))",
)
