"""Configurations from recorded sessions of the types that we read: whole by their own marks, cut ones not."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText, clean
from cmsp_agent.transports.ssh.terminal_noise import without_noise
from cmsp_plugins.cisco_asa.plugin import CISCO_ASA
from cmsp_plugins.cisco_ios.cli import CLI as IOS
from cmsp_plugins.cisco_nxos.plugin import CISCO_NXOS

ASA, NXOS = CISCO_ASA.cli, CISCO_NXOS.cli
SESSIONS = [
    ("ios#C9200L-24P-4G_17.09.04a", IOS, "show running-config"),
    ("ios#asr920_16.8.1b", IOS, "show running-config"),
    ("asa#5512_9.12-4-67_single-context", ASA, "more system:running-config"),
    ("nxos#N5548_7.3.13", NXOS, "show running-config"),
]


@pytest.mark.parametrize(("session", "platform", "command"), SESSIONS, ids=[name for name, _, _ in SESSIONS])
def test_a_recorded_configuration_is_whole_and_a_cut_one_is_not(
    shared: Path, session: str, platform: CliPlatform, command: str
) -> None:
    path = shared / "testdata" / "cli-oxidized" / f"{session}#simulation.yaml"
    commands = YAML(typ="safe").load(path.read_text())["commands"]
    played = [commands] if isinstance(commands, dict) else commands
    output = next(text for one in played for typed, text in one.items() if typed.strip() == command)
    plain = output.replace("\\x20", " ").replace("\\r", "\r")
    body = "\n".join(plain.split("\n")[1:-1])
    text = ConfigText(platform)
    reading = clean(without_noise(clean(body))[0])
    assert text.refusal(reading) == ""
    assert text.flaws(reading) == []
    assert text.flaws(clean(reading[: len(reading) // 2])) != []
