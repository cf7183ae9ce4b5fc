"""The words that stand before a secret in the configurations of Cisco and of other makers, as regular expressions.

The sources are the makers' command references. `secrets` says what the secret itself looks like.
"""

COMMANDS = (
    (
        r"(?:username|mgmtuser|user-name|xml user|(?:web admin )?(?:system|customer) name) +\S+ .*?"
        r"(?:password|secret)(?! +lifetime)"
    ),
    r"enable (?:password|secret|algorithm-type \S+ secret)(?: level \d+)?",
    r"(?:digest secret|xauth userid mode\b.*\bpassword)",
    (
        r"(?:set )?(?:password|passwd|pksecret|psksecret|secret|passphrase)(?! +(?:encryption +aes|"
        r"strength-check|secure-mode|lifetime)\b| +(?:is|was|are|has|must|may|can(?:not)?|will|should|expires|policy|"
        r"reset|required) +\S)"
    ),
    r"snmp-server community r[ow](?= +\S)(?! +(?:R[OW]|r[ow]|view|ipv6|\d+)\b)",
    r"snmp-server community",
    r"(?:rf-switch )?snmp-community",
    r"snmp-agent community (?:read|write)",
    r"(?:license key|[\w-]*key-pass)",
    r"snmp(?:-server)?(?: mib)? community-map",
    r"mab request format attribute 2",
    r"snmp-server user .*?\bauth (?:md5|sha\d*(?:-\d+)?(?: \d{3})?)",
    r"snmp-server user .*?\bpriv(?: (?:des(?:56)?|3des|aes(?:-?\d+)?)(?: \d+)?)?",
    r"snmp(?:v3)? user .*?\bauth \S+",
    r"snmp(?:v3)? user .*?\bpriv \S+",
    (
        r"snmp-server host (?!\S+ +(?:\d+\.\d+\.\d+\.\d+|[\da-fA-F:]*:[\da-fA-F:]+|use-vrf|filter-vrf|"
        r"source-interface)\b)"
        r"\S+(?: vrf \S+)?(?: (?:informs?|traps?))?"
        r"(?>(?: version v?(?:1|2c|3(?: (?:auth|noauth|priv))?))?)(?: community)?"
    ),
    r"(?:tacacs-server|radius-server|tacplus-server|ldap-server)\b.*? key",
    r"(?:server-key|key-string|hex-key|auth-key|authentication-key|hello-authentication-key|key-octet-string|pac key)",
    (
        r"key(?! +(?:\d+\s*$|chain|config-key|generate|import|export|zeroize|size|type|label|exchange|"
        r"(?:authentication|accounting|authorization) +(?:cipher|simple) ))"
        r"(?! +\S+ +(?:is|are|was|were|has|have|must)\b)"
    ),
    r"key config-key \S+",
    r"key-hash \S+",
    r"(?:failover|ipsec|ldap-login|stack-mac) (?:key|password)",
    r"(?:crypto )?isakmp key(?! +(?:address|hostname))",
    r"(?:ikev[12] )?(?:(?:local|remote)-authentication )?pre-shared-key(?! +(?:address|hostname)\b)(?: local| remote)?",
    r"pre-shared-key (?:address|hostname) .*?\bkey",
    r"client \S+.*? (?:server-key|key)",
    r"server-private \S+ .*?\bkey",
    r"neighbor \S+(?: (?!description)\S+)? password",
    r".*\bmessage-digest-key \d+ (?:md5|(?:hmac-)?sha-?\d+)",
    r".*\bauthentication mode (?:hmac-sha-\d+|md5)(?! +(?:key-?chain|auth-length))",
    r"isis authentication key",
    r"(?:encrypted|hashed|admin|user)-pwd",
    r"ip rsvp authentication key",
    r"(?:ip(?:v6)? )?nhrp authentication",
    r"(?:area|domain|isis|lsp|hello|csnp|psnp)[- ]password(?! +key-?chain)(?: (?:hmac-md5|md5|text|clear))?",
    (
        r"(?:ip )?(?:standby|vrrp|glbp|fhrp)(?: \d+)?(?: peer)? authentication(?: text| (?:ietf-)?md5 key-string)?"
        r"(?! +(?:ietf-)?md5\b)"
    ),
    r"ppp (?:(?:chap|eap) (?:password|hostname)|pap sent-username \S+ password)",
    r"l2tp tunnel password",
    r".*\bauthentication key-id \d+ hash-algo \S+ key(?!-?chain)",
    r"s?ntp authentication-key \d+ (?:md5|hmac-\S+|sha\d*|cmac-\S+|type \S+ value)",
    r"set session-key (?:in|out)bound ah \d+",
    r"set session-key (?:in|out)bound esp \d+ cipher",
    r"set session-key (?:in|out)bound esp \d+(?: cipher \S+)? authenticator",
    r"syscon address \S+(?: mask \S+)?",
    r"(?:gsm|lte|cellular|cdma)\b.*?\b(?:unlock|unblock|pin|change-pin|sim authenticate|verify)(?! +\d{1,2}\s*$)",
    r"(?:cellular \S+ )?(?:gsm|lte|cellular|cdma) profile create \d+ \S+(?: \S+)? (?:chap|pap|pap_chap|chap_pap) \S+",
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
    r"event manager environment (?i:\S*(?:pass|secret|key|pw|token|community)\S*)",
    r"url authentication \S+ \S+",
    r"snmp-server host(?:-group)? \S+ \S+(?: (?:poll|trap))? community",
    r"address ipv[46] \S+.*? key",
    r"authentication (?:local|remote) pre-share key(?: (?:ascii|hex))?",
    r"set security-association (?:in|out)bound ah \d+",
    r"set security-association (?:in|out)bound esp \d+ cipher",
    r"set security-association (?:in|out)bound esp \d+(?: cipher \S+)? authenticator",
    r".*\bauthentication ipsec spi \d+ (?:md5|sha\d*)",
    r".*\bencryption ipsec spi \d+ esp (?:aes-cbc(?: (?:128|192|256))?|3des|des)",
    r".*\bencryption ipsec spi \d+ esp .*?\b(?:md5|sha\d*)",
    r"(?:ip )?rip authentication (?:string|key)",
    r"(?:ospf|eigrp) authentication key",
    r"authentication key eigrp \d+",
    r"(?:redundancy group \d+ )?authentication (?:text|md5 key-string)",
    r"mpls ldp\b.*? password (?:fallback|option \d+ for \S+)(?! +key-chain)",
    r"(?:ip )?msdp password (?:peer )?\S+(?= +\S)",
    r"authenticate credential \S+",
    r"(?:[\w-]+-token|token(?= +(?:\S{16,}\s*$|\d +\S))|(?:[\w-]+-)?api-key|shared-key)",
    r"shared-secondary-secret(?: index \d+)?",
    r"cable shared-(?:secondary-)?secret(?: index \d+)?",
    r"license smart .*?\bidtoken",
    r"encryption (?:vlan \d+ )?key \d+ size \d+ ?bits?",
    r"(?:.*\b)?nthash",
    r"(?:nas|server) \S+(?: .*?)? key",
    r"[\w-]+-cred",
    r"vtp\b.*? password",
    r"vpdn username \S+ password",
    r"(?:radius-common-pw|ldap-login-password)",
    r"(?:http-form )?hidden-parameters?",
    r"attribute type \S*password",
    r"fcsp dhchap(?: devicename \S+)? password",
    r"(?:cts )?sap pmk",
    r"cts sxp connection .*?\bpassword required",
    (
        r"crypto (?:ca|pki) (?:import|export) \S+ (?:pkcs12|pem)(?>(?: +(?:terminal|url|exportable|"
        r"rsakeypair +\S+|check-cn|passphrase|password|3des|des|aes|[\w-]+:\S*))*)"
    ),
    (
        r"crypto key (?:import|export) \S+ \S+ pem(?>(?: +(?:terminal|url|exportable|usage-keys|general-purpose|"
        r"storage|signature|encryption|on|3des|des|aes|[\w-]+:\S*))*)"
    ),
    r"(?:import |export |crypto (?:ca|pki) )?pkcs12(?! +(?:terminal|url|import|export|\S+:))(?: password)?",
    r"otp(?! +(?:mac|username)\b)",
    r"authentication username \S+ challenge",
    r"srtp key",
    r"ppk .*?\bkey",
    r".*\bspi \w+ key (?:ascii|hex)",
    r"after-hours override-code",
    r"(?:phrase|storage-key|(?:ssl-)?private-key-pass(?:phrase)?)",
    r"community-name",
    r"action +\S+ set \S*(?i:passw|pwd?|secret|psk)\w*",
    r"group \S+ key",
    r"(?:capf-auth-str|ata-ivr-pwd|cluster key|tgk|salt|ike key|snmp (?:target|host) \S+ security-name)",
    r"ppp user \S+ pass",
    r"license(?= +(?:[0-8] +\S+|[0-9A-Fa-f]{16,})\s*$)",
    r"rmon event \d+ (?:log )?trap",
    r"profile id \d+ .*?\bpassword",
    r"(?:radius|tacacs|ldap)-server .*?\bpassword",
    r"aaa-server \S+ (?:\(\S+\) )?host \S+(?! +timeout\b)",
    r"shared-secret (?:authentication|accounting)",
    r"session-key (?:in|out)bound (?:ah|esp)-\w+",
    r"isis password (?:clear|md5)",
    r"action +\S+ mail server (?:\"[^\"\n]*\"|\S+)(?: port \S+)? username \S+ password",
    r"(?:auth credential \S+|eapfast server-key (?:primary|secondary))",
    r".*\bkeyid \d+ (?:hex-)?key",
    r"[\w-]*(?:password|passphrase|secret|key|pw)-encrypted",
    (
        r"set .*\b(?:privacy-key|plain-text-password-value|community-name|md5 \d+ key|"
        r"authentication-key \d+ type \S+ value)"
    ),
    r"(?:text-authentication|auth_pass|bind-pw|bind-pass|aes-ctr-nonce|subscriber service password)",
    r"(?:ip(?:v6)? )?(?:vrrp\S* )?auth-type simple-text-auth",
)
"""What stands before a secret, at a line's beginning. In other text only some of these words do."""
