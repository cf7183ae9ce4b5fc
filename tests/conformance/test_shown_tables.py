"""What show commands print, as others parsed it: ntc-templates' and genie's own samples with their results."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.plugin.api import ShownTable
from cmsp_agent.plugin.templates import rows
from cmsp_agent.services.polling.command_samples import NotSupportedHere, ShownReader, ShownReading

DATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
NTC, GENIE = DATA / "cli-ntc-templates" / "cisco_ios", DATA / "cli-genie" / "iosxe"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the captures are not beside the checkout")


def table(command: str) -> ShownTable:
    kind = installed().registry.named("cisco_iosxe")
    assert kind is not None
    return next(each for each in kind.tables if each.command == command)


def read(command: str, output: str) -> ShownReading:
    reading = ShownReading()
    ShownReader().read(table(command), output, reading)
    return reading


def genie(parser: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            Path(str(file).replace(".expected.json", ".output.txt")).read_text(encoding="utf-8"),
            json.loads(file.read_text()),
        )
        for file in sorted((GENIE / parser).glob("*.expected.json"))
    ]


@pytest.mark.parametrize("command", ["show isdn status", "show license"])
def test_rows_are_those_of_ntc_templates(command: str) -> None:
    files = sorted((NTC / command.replace(" ", "_")).glob("*.raw"))
    assert files
    for file in files:
        expected = YAML(typ="safe").load(file.with_suffix(".yml"))["parsed_sample"]
        found = rows(table(command).template, file.read_text(encoding="utf-8"))
        assert [{name.lower(): cell for name, cell in row.items()} for row in found] == expected


def test_the_calls_of_a_pri_and_the_licences_in_use() -> None:
    [pris] = (NTC / "show_isdn_status").glob("*.raw")
    expected = YAML(typ="safe").load(pris.with_suffix(".yml"))["parsed_sample"]
    found = read("show isdn status", pris.read_text(encoding="utf-8"))
    assert found.samples == {f"isdn.calls[{row['interface']}]": float(row["l3_active_calls"]) for row in expected}
    assert [state.raised for state in found.states.values()] == [False] * len(expected)
    [licences] = (NTC / "show_license").glob("*.raw")
    features = YAML(typ="safe").load(licences.with_suffix(".yml"))["parsed_sample"]
    in_use = [row for row in features if row["license_state"].startswith("Active, In Use")]
    assert read("show license", licences.read_text(encoding="utf-8")).samples["licence.in_use"] == len(in_use)


def test_layer_2_as_genie_reads_it() -> None:
    for output, expected in genie("ShowIsdnStatusSerial"):
        found = read("show isdn status", output)
        for name, pri in expected["interface"].items():
            assert found.samples[f"isdn.calls[{name}]"] == pri["layer_3_status"]["active_layer_3_calls"]
            established = pri["layer_2_status"]["state"] == "MULTIPLE_FRAME_ESTABLISHED"
            assert found.states["isdn.layer2.down", name].raised is not established


def test_dsps_as_genie_reads_them() -> None:
    for output, expected in genie("ShowVoiceDspGroupAll"):
        found = read("show voice dsp group all", output)
        groups = expected["dsp_groups"]
        dsps = [dsp for group in groups.values() for dsp in group["dsps"].values()]
        assert found.samples["dsp.not_up"] == sum(dsp["state"] != "UP" for dsp in dsps)
        assert found.samples["dsp.transcoding"] == sum(dsp["transcoding_channels_allocated"] for dsp in dsps)
        for slot, group in groups.items():
            whole = sum(dsp["max_credits"] for dsp in group["dsps"].values())
            used = sum(dsp["credits_used_rounded_up"] for dsp in group["dsps"].values())
            assert found.samples[f"dsp.credits[{slot}]"] == whole
            assert found.samples[f"dsp.credits.used[{slot}]"] == pytest.approx(100 * used / whole)
        assert len(found.states) == len(dsps)


def test_voice_channels_as_genie_reads_them() -> None:
    for output, expected in genie("ShowVoiceDspA"):
        cards = expected["flex_voice_cards"].values()
        channels = sum(len(card["dsp_active_voice_channels"]) for card in cards)
        assert read("show voice dsp", output).samples == {"dsp.voice": channels}


LOGGED = "*Nov 28 12:00:00.123 UTC: %LINK-3-UPDOWN: Interface Serial0/1/0:23, changed state to down"


@pytest.mark.parametrize(
    ("command", "parser"),
    [
        ("show isdn status", "ShowIsdnStatusSerial"),
        ("show voice dsp group all", "ShowVoiceDspGroupAll"),
        ("show voice dsp", "ShowVoiceDspA"),
        ("show license summary", "ShowLicenseSummary"),
    ],
)
def test_a_log_line_between_the_rows_changes_nothing_and_a_cut_costs_rows_alone(command: str, parser: str) -> None:
    for output, _ in genie(parser):
        whole = read(command, output)
        lines = output.split("\n")
        for place in range(0, len(lines), 3):
            logged = read(command, "\n".join([*lines[:place], LOGGED, *lines[place:]]))
            assert (logged.samples, logged.states) == (whole.samples, whole.states)
            cut = ShownReading()
            with suppress(NotSupportedHere):
                ShownReader().read(table(command), "\n".join(lines[:place]), cut)
            assert {key: state.raised for key, state in cut.states.items() if state.raised} == {}
