r"""How a configuration is put back: `configure replace` with the device's own timer, which needs `archive` with a path.

From 12.4(20)T on. The failures are those that devices were seen to say.
"""

from cmsp_agent.plugin.api import Replacement

REPLACEMENT = Replacement(
    file="flash:cmsp-restore.cfg",
    ready=r"^archive[ \t]*\n(?: .*\n)*? path \S",
    remedy="enter `archive`, ` path flash:archive` on it",
    hash="verify /md5 {file}",
    hash_shown=r"=\s*(?P<hash>[0-9a-fA-F]{32})\b",
    apply="configure replace {file} force revert trigger error timer {minutes}",
    applied=r"^Rollback Done",
    failed=(
        r"^Failed to apply command (?P<line>.+)",
        r"^.*[Rr]ollback aborted.*(?:\n.*failed to apply.*\n\*+\n(?P<line>(?:(?!\*).*\n){1,3}))?",
        r"^.*Aborting Rollback.*",
        r"^.*Rollback failed.*",
        r"^.*original configuration has been successfully restored.*",
        r"^%.*not a valid config file.*",
        r"^%.*[Tt]urn config archive on.*",
        r"^%? ?Error.*",
        r"^%? ?Command [Aa]uthorization failed.*",
        r"^% ?(?:Invalid|Incomplete|Ambiguous|Unknown).*",
    ),
    confirm="configure confirm",
    revert="configure revert now",
    pending="show archive config rollback timer",
    not_pending=r"No Rollback Confirmed Change pending",
    waiting=r"^Time configured|^Timer type",
    merge="copy {file} running-config",
    remove="delete /force {file}",
    save="write memory",
    saved=r"\[OK\]",
    answers=(
        (r"^Destination filename \[[^]]*\]\?\s*$", ""),
        (r"all username related configurations.*\[confirm\]\s*$", ""),
        (r"Overwrite the previous NVRAM configuration\?\s*\[confirm\]\s*$", ""),
        (r"Enter Y if you are sure.*\[no\]:\s*$", "Y"),
    ),
    needs_reload=(r"^\s*(?:license boot|card type|mmi |boot system|hw-module|memory-size|platform hardware) ?",),
)
