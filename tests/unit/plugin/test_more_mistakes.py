"""Mistakes that would otherwise be used as they are: each is named with its line, and the rest of the type stays."""

import pytest

from tests.unit.plugin.conftest import Site
from tests.unit.plugin.test_mistakes import HEAD, HOOK, TRAP_OID, loaded

KPI = "kpis=(Kpi('a.b', {}),)"
SAID = "syslog=(SyslogRule('A-3-B', 'link.down', {}),)"
STATE = "states=(StateRule('1.3.6.9', 'link.down', {}),)"
PASSING = (
    "alarms=(AlarmType('a.b', Severity.MAJOR, 'x', {}),), syslog=(SyslogRule('A-3-B', 'a.b', state=Transition.INFO),)"
)
SHOWN = r"tables=(ShownTable('show x', 'Value A (.*)\n\nStart\n  ^${{A}} -> Record\n', {}),)"
CLI = "cli=CliPlatform('cisco_ios', {})"
WAY = "'f', {}, 'remedy', 'hash', {}, 'apply', 'b', (), 'confirm', 'revert', 'e', 'f', 'g', 'h', 'i', 'j'"
ROWS = "'percent', ('1.3.6',), per='index', "

MISTAKES = {
    "auto": ("name='auto'", "name: 'auto' is what a component without a known device type is called"),
    "two OIDs": ("sys_object_ids=('1.3.6.1.4.1.9.1' '1.3.6.1.4.1.9.2',)", "two OIDs in one"),
    "like itself": ("like='bad'", "like: 'bad' is the device type itself"),
    "every text": ("sys_descr='(acme)?', descr_is_enough=True", "sys_descr: '(acme)?' is found in every text"),
    "proven": ("proven=('backup',)", "proven: 'backup': there is nothing of it"),
    "unused": ("alarms=(AlarmType('a.b', Severity.MAJOR, 'x'),)", "alarms: no rule reports 'a.b'"),
    "never over": (PASSING.format("").replace("INFO", "RAISE"), "alarms: nothing clears 'a.b'"),
    "never there": (PASSING.format("").replace("INFO", "CLEAR"), "rules clear 'a.b', and none raises it"),
    "no severity": (PASSING.format("").replace("MAJOR", "CLEARED"), "alarms[1].severity: 'cleared' is no severity"),
    "letters of a function": (PASSING.format("impairs=frozenset('pstn')"), "impairs: single letters (n, p, s, t)"),
    "a burst of one": (PASSING.format("transient=True, burst=Burst(1, 60)"), "burst.count: at least 2"),
    "a burst in no time": (PASSING.format("transient=True, burst=Burst(3, 0)"), "burst.within: seconds, more than 0"),
    "a burst of what is kept": (PASSING.format("burst=Burst(3, 60)"), "burst: only of a transient type"),
    "letters of a word": (SAID.format(r"r'(?P<state>\w+)', raises=frozenset('down')"), "raises: single letters"),
    "a word with a blank": (SAID.format(r"r'(?P<state>.+)', raises=frozenset({'down '})"), "'down ' never matches"),
    "without end": (SAID.format(r"r'(\w+\s?)*x', state=Transition.RAISE"), "repeats a repetition"),
    "an instance": (
        "traps=(TrapRule('1.3.6.8', 'link.down', by='1.3.6.2.0', raises=frozenset({1})),)",
        "traps[1].by: the object, without its instance ('1.3.6.2.0')",
    ),
    "a bit twice": (STATE.format("frozenset(), frozenset(), bits=3, words=((1, 'a'), (1, 'b'))"), "words: 1 twice"),
    "no bit": (STATE.format("frozenset(), frozenset(), bits=3, words=((0, 'a'),)"), "words: a bit is a number above"),
    "a scalar condition": (STATE.format("frozenset({1}), frozenset({2}), only_if=('1.3.5.0', 1)"), "only_if: a column"),
    "a scalar name": (STATE.format("frozenset({1}), frozenset({2}), '1.3.5.0'"), "object: a column"),
    "a name of itself": (STATE.format("frozenset({1}), frozenset({2}), '1.3.6.9'"), "object: the column itself"),
    "a product twice": ("identity=Identity(products=(('1.3.6', 'A'), ('1.3.6', 'B')))", "products: '1.3.6' twice"),
    "no system": ("identity=Identity(systems=(('x', ''),))", "identity.systems[0]: no system"),
    "a second value": (
        "identity=Identity(version=(Fact('1.3.0', also='1.4.0'),))",
        "version[0].form: of two instances",
    ),
    "name and unit": (KPI.format("'cpu.load', ('1.3.6.0',)"), "unit: 'cpu.load' looks like a figure's name"),
    "seconds": (KPI.format("'Seconds', ('1.3.6.0',)"), "unit: 's', not 'Seconds'"),
    "a share in octets": (
        KPI.format("'octets', ('1.3.6.0',), free=('1.3.7.0',)"),
        "with free the figure is in percent",
    ),
    "a share of itself": (KPI.format(f"{ROWS}share_of=('1.3.6', 1.0)"), "share_of: 1.3.6 is the figure itself"),
    "a ratio of itself": (KPI.format(f"{ROWS}kind='ratio', hourly=('1.3.6',)"), "hourly: 1.3.6 is the figure itself"),
    "a bound of a gauge": (KPI.format(f"{ROWS}at_most=('1.3.7', 1.0)"), "at_most: only a counter has"),
    "a rate": (KPI.format("'octets', ('1.3.6.0',), kind='counter64'"), "of a counter the rate is kept: 'octets/s'"),
    "rows of interfaces": (
        KPI.format("'percent', ('1.3.6',), per='interface', rows=(('1', 'x'),)"),
        "rows: rows are named by their index",
    ),
    "one precision": (
        KPI.format("'V', ('1.3.6',), per='index', precision=('1.3.7', '1.3.7')"),
        "precision: one column",
    ),
    "a scalar among columns": (
        KPI.format("'percent', ('1.3.6.0', '1.3.7'), per='interface'"),
        "a scalar has no interface",
    ),
    "a level below nothing": (
        KPI.format("'percent', ('1.3.6.0',), limit=Limit(-5, 80)"),
        "no share is below 0 percent",
    ),
    "two units": (
        KPI.format("'percent', ('1.3.6.0',)") + ", " + SHOWN.format("kpis=(ShownKpi('a.b', 'calls'),)"),
        "tables[0].kpis: 'a.b' is in 'percent' elsewhere, not in 'calls'",
    ),
    "per cent": (SHOWN.format("kpis=(ShownKpi('a.b', '%'),)"), "tables[0].kpis[0].unit: 'percent', not '%'"),
    "its own figure": (SHOWN.format("kpis=(ShownKpi('icmp.rtt', 's'),)"), "is what the agent measures itself"),
    "one name of all": (SHOWN.format("kpis=(ShownKpi('a.b', 'calls', 'A', ('A',)),)"), "row: a column in braces"),
    "half a brace": (SHOWN.format("kpis=(ShownKpi('a.b', 'calls', 'A', ('{A',)),)"), "row: a brace without the other"),
    "a share of no column": (SHOWN.format("kpis=(ShownKpi('a.b', 'percent', share_of='A'),)"), "column: empty"),
    "for nothing": (SHOWN.format("'x'"), "tables[0]: neither kpis nor states"),
    "into a file": (SHOWN.format("'x'").replace("show x", "show x | redirect flash:x"), "command: a show command"),
    "a command that writes": (
        CLI.format("config='copy running-config tftp:'"),
        "cli.config: a command that only shows",
    ),
    "two commands": (CLI.format(r"read_only=('show version\nreload',)"), "cli.read_only[0]: a command that only shows"),
    "a text without end": (
        CLI.format("blocks=(TextBlock('^banner'),)"),
        "blocks[0]: neither `ends` nor a group `until`",
    ),
    "no OID": (CLI.format("changed_at='ccmHistory.0'"), "cli.changed_at: not an OID"),
    "no instance": (CLI.format("saved_at=('1.3.6',)"), "cli.saved_at: an instance, which ends with .0"),
    "a method": (CLI.format("fetch=HttpFetch('/c', 'FETCH')"), "cli.fetch.method: one of"),
    "a path": (CLI.format("fetch=HttpFetch('config')"), "cli.fetch.path: a path on the device, which begins with /"),
    "no time": (CLI.format("upload=FileUpload('/c', minutes=0)"), "cli.upload.minutes: at least 1"),
    "every line": (CLI.format("volatile=('.*',)"), "cli.volatile[0]: every line: no change would be seen"),
    "found everywhere": (CLI.format("complete=''"), "cli.complete: empty: it is found everywhere"),
    "nothing hidden": (CLI.format("redact=(Redaction('(?P<secret>)'),)"), "redact[0]: the group `secret` is empty"),
    "no port": (CLI.format("paste=ConsolePaste((), (), hardware='^interface')"), "paste.hardware: no group"),
    "no hash": (CLI.format(f"replacement=Replacement({WAY.format(repr('x'), repr('x'))})"), "hash_shown: no group"),
    "a broken pattern": (
        CLI.format(f"replacement=Replacement({WAY.format(repr('('), repr('(?P<hash>x)'))})"),
        "cli.replacement.ready: not a pattern",
    ),
    "no command": ("setup=(SetupStep('snmp', 'why', (SetupLine(''),)),)", "setup[0].lines[0].command: empty"),
    "no reason": ("setup=(SetupStep('snmp', '', (SetupLine('a'),)),)", "setup[0].why: empty"),
    "no list": (
        "setup=(SetupStep('snmp', 'why', (SetupLine('a', behind='(?P<acl>x)'),)),)",
        "lines[0].behind: no group is called 'acl'",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line(site: Site, case: str) -> None:
    fields, reported = MISTAKES[case]
    report = loaded(site, HEAD + HOOK + f"\n    {fields})]\n")
    assert any(reported in problem for problem in report.problems), report.problems
    assert all("outside_bad.py:" in problem for problem in report.problems)
    kind = site.host.registry.named("bad")
    assert (kind is None) == (case == "auto")
    assert kind is None or TRAP_OID in [rule.oid for rule in kind.traps]


WHOLE = {
    "nothing": ("    return []\n", "7: device_types returns an empty list"),
    "names": ("    return {'a': kind()}\n", "7: device_types: an item: expected DeviceType, got str"),
    "any arguments": ("    return [kind()]\n", "8: device_types: arguments are given by their names"),
    "a method": ("        return [kind()]\n", "9: device_types is inside Plugin: a hook is a function of the module"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_what_is_wrong_with_a_hook_is_named_with_its_line(site: Site, case: str) -> None:
    body, reported = WHOLE[case]
    head = (
        "class Plugin:\n    @hook\n    def device_types(self):\n"
        if case == "a method"
        else "@hook\ndef device_types():\n"
    )
    head = head.replace("()", "(**given)") if case == "any arguments" else head
    at = reported.replace(reported.partition(":")[0], str(HEAD.count("\n") + int(reported[0]) - 6), 1)
    assert any(f"outside_bad.py:{at}" in problem for problem in loaded(site, HEAD + head + body).problems)


@pytest.mark.parametrize(
    "wrong",
    ["lambda: None", "open_later"],
)
def test_a_sink_is_opened_by_a_function_of_its_options(site: Site, wrong: str) -> None:
    code = "async def open_later(options):\n    pass\n@hook\ndef sinks():\n    return [RecordSink('x', 'y', "
    (problem, *_) = loaded(site, f"{HEAD}{code}{wrong})]\n").problems
    assert "outside_bad.py:" in problem
    assert ("options" in problem) == (wrong == "lambda: None")


def test_one_bad_line_of_a_table_an_identity_or_a_command_line_costs_that_line(site: Site) -> None:
    table = SHOWN.format("'x', kpis=(ShownKpi('A', 'calls'), ShownKpi('a.b', 'calls'))")
    identity = "identity=Identity('Maker', 'os', version=(Fact('x'), Fact('1.3.6.0')))"
    report = loaded(site, HEAD + HOOK + f"{table},\n{identity},\n{CLI.format('volatile=(chr(40), chr(120))')})]\n")
    kind = site.host.registry.named("bad")
    assert kind is not None
    assert [kpi.name for kpi in kind.tables[0].kpis] == ["a.b"]
    assert [fact.oid for fact in kind.identity.version] == ["1.3.6.0"]
    assert kind.identity.vendor == "Maker"
    assert kind.cli is not None
    assert kind.cli.volatile == ("x",)
    assert [each.partition(": ")[2].partition(":")[0] for each in sorted(report.problems)] == [
        "tables[0].kpis[0].name",
        "identity.version[0].oid",
        "cli.volatile[0]",
    ]
