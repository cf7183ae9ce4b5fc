"""Values for people, and the last line of defence against tracebacks."""

import io
import time

import pytest
from rich.console import Console

from cmsp_agent.cli.main import _in_one_line
from cmsp_agent.cli.output import Output, TableColumn, clean, minute, moment, shown, span, summary
from cmsp_agent.cli.table_lines import folded

CANARY = "c4n4ry-0f-1337"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.5, "0.5s"),
        (59.9, "59s"),
        (90, "1m 30s"),
        (3600, "1h"),
        (90061, "1d 1h"),
        (None, "-"),
        (True, "yes"),
    ],
)
def test_durations(seconds: object, text: str) -> None:
    assert span(seconds) == text


def test_moments() -> None:
    assert moment("2026-11-23T08:00:00.123Z") == "2026-11-23 08:00:00"
    assert minute("2026-11-23T08:00:00.123Z") == "2026-11-23 08:00"
    assert (moment(None), minute("soon")) == ("-", "soon")


def test_values() -> None:
    assert shown({"a": [1, 2.5], "b": None, "c": False}) == "a 1, 2.5, b -, c no"
    assert summary({"snmp_state": "up", "icmp": None, "faults": []}) == "snmp state up"
    assert clean("a\r\nb\x1b[31m\tc") == "a b\ufffd[31m c"


def table(*rows: tuple[str, ...], width: int = 80) -> list[str]:
    stream = io.StringIO()
    heads = [TableColumn("ID", whole=True), TableColumn("TYPE"), TableColumn("TEXT")]
    Output(stream, width=width).table(heads, rows, "")
    return [line.rstrip() for line in stream.getvalue().splitlines()[2:]]


def test_words_stay_whole_in_a_narrow_table_and_short_columns_on_one_line() -> None:
    text = "the interface GigabitEthernet0/0/0 is down and was so for a very long while before somebody looked"
    lines = table(("01a2b3c4d5e6", "generic_snmp reachability", text), width=60)
    assert max(map(len, lines)) <= 60
    words = {word for line in lines for word in line.split()}
    assert words == {"01a2b3c4d5e6", "generic_snmp", "reachability", *text.split()}
    assert table(("a", "two words", "b"), width=20) == ["a   two words  b"]


def test_only_the_longest_word_is_folded_where_the_words_have_no_room() -> None:
    [first, *_] = table(("1", "generic_snmp", "dns:" + "x" * 60), width=40)
    assert first.split()[:2] == ["1", "generic_snmp"]


def test_a_mistake_of_ours_is_one_line_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise LookupError(CANARY)
    except LookupError as error:
        _in_one_line(LookupError, error, error.__traceback__)
    line = capsys.readouterr().err
    assert line.startswith("cmsp-agent: failed inside (LookupError in tests.unit.cli.test_output:")
    assert line.count("\n") == 1
    assert CANARY not in line


def test_ten_thousand_rows_are_no_reason_to_wait() -> None:
    stream = io.StringIO()
    rows = [
        (f"INC-{n:06}", "P3", f"gw-paris-{n % 500}: line E1 0/1/{n % 3} has failed, as has the next")
        for n in range(10_000)
    ]
    began = time.process_time()
    Output(stream, stream, width=60).table([TableColumn(name) for name in ("INCIDENT", "P", "TITLE")], rows, "none")
    assert time.process_time() - began < 1.5
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 + 2 * len(rows)
    assert max(map(len, lines)) <= 60


def test_cells_are_folded_by_what_they_take_on_the_screen() -> None:
    assert folded("报警 alarm 报警", 10) == ["报警 alarm", "报警"]
    assert folded("x" * 7, 3) == ["xxx", "xxx", "x"]
    assert folded("one\n\ntwo three", 5) == ["one", "", "two", "three"]
    assert folded("", 5) == [""]


def test_a_terminal_shows_what_is_down_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    output = Output(stream, stream, width=60)
    terminal = Console(file=stream, width=60, force_terminal=True, color_system="standard", no_color=False)
    monkeypatch.setattr(output, "console", terminal)
    output.table([TableColumn("NAME"), TableColumn("STATE")], [("gw-1", "down"), ("gw-2", "unknown")], "none")
    assert "gw-1  \x1b[1;31mdown" in stream.getvalue()
    assert "gw-2  unknown\n" in stream.getvalue()


def test_facts_are_folded_beside_their_names_without_spaces_at_the_end() -> None:
    stream = io.StringIO()
    Output(stream, stream, width=24).facts({"name": "gw-1", "empty": None, "why": "its address is of another one"})
    assert stream.getvalue() == "name  gw-1\nwhy   its address is of\n      another one\n"


def test_a_pipe_gets_each_row_on_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    long = " ".join(["word"] * 100)
    output = Output()
    output.table([TableColumn("NAME"), TableColumn("REASON")], [("gw-1", long)], "none")
    output.facts({"reason": long})
    *_, row, fact = capsys.readouterr().out.splitlines()
    assert row == f"gw-1  {long}"
    assert fact == f"reason  {long}"
