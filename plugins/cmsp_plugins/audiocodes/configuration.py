r"""How the configuration of an AudioCodes gateway or SBC is fetched, recognised and compared: its ini file, by REST.

Where the component has a login for SSH alone, the command line shows it (`show running-config`, from 7.0 on).

The file has no last line of its own; each table in it is closed by its name (`[ \InterfaceTable ]`). How it is hidden
(`$1$…`) is no encryption, so what is hidden is a secret.
"""

from cmsp_agent.plugin.api import CliPlatform, FileUpload, HttpFetch, Redaction, TextBlock

CONFIGURATION = CliPlatform(
    driver="audiocodes",
    fetch=HttpFetch("/api/v1/files/ini"),
    upload=FileUpload("/api/v1/files/ini", name="device.ini"),
    must_have=(r"(?i)^\[ ?SYSTEM Params ?\]\r?$|^configure (?:system|voip|network|data)\b",),
    complete=r"^(?: ?exit|\[ \\\w+ \]|;[^\n]*|\w[\w ]*=[^\n]*)\s*\Z",
    volatile=(
        r"^;(?:Time & Date|Serial Number|Up ?Time|Ram size|Flash size|Num of DSP|Num DSP|Active Calls)\b.*",
        r"^; ?\*+ ?$",
    ),
    blocks=(TextBlock(r"^\[ \w+ \]\r?$", r"^\[ \\\w+ \]\r?$"),),
    redact=(
        Redaction(r"(?P<secret>\$1\$[\w+/=]{4,})"),
        Redaction(
            r"^(?i:\w*(?:password|passwd|pass|passphrase|secret|community\w*|(?:private|auth|priv|shared)key|psk|credentials?))"
            r"(?:_?\d+)? ?= ?(?P<secret>[^\r\n]+)"
        ),
    ),
)
