"""What plugin writers get wrong: each mistake is named with its line, and costs no more than the rule it is in."""

import pytest

from cmsp_agent.plugin.report import PluginReport
from tests.unit.plugin.conftest import Site

HEAD = """\
from cmsp_agent.plugin.api import *
API_VERSION = 1
LINK = AlarmType("link.down", Severity.MAJOR, "{component}: {object} down")
TRAP = TrapRule("1.3.6.1.4.1.99999.0.1", "link.down", Transition.RAISE)
OVER = TrapRule("1.3.6.1.4.1.99999.0.7", "link.down", Transition.CLEAR)
def kind(name=NAME, traps=(), alarms=(), **fields):
    return DeviceType(name, "A device", alarms=(LINK, *alarms), traps=(TRAP, *traps, OVER), **fields)
"""
HOOK = "@hook\ndef device_types():\n    return [kind("


def loaded(site: Site, source: str) -> PluginReport:
    site.install("bad", source)
    site.host.load()
    return next(report for report in site.host.reports() if report.name == "bad")


MISTAKES = {
    "a list of OIDs that is a string": ("sys_object_ids='1.3.6.1'", "sys_object_ids: expected a tuple, got str"),
    "a dot in front": ("sys_object_ids=('.1.3.6.1',)", "sys_object_ids[0]: not an OID ('.1.3.6.1'): without the dot"),
    "a symbolic OID": ("sys_object_ids=('enterprises.9',)", "digits and dots, no names"),
    "a pattern that does not compile": ("sys_descr='(a'", "sys_descr: not a pattern"),
    "a per cent sign in a mnemonic": (
        "syslog=(SyslogRule('%LINK-3-UPDOWN', 'link.down', state=Transition.RAISE),)",
        "without the %",
    ),
    "no state": ("syslog=(SyslogRule('LINK-3-UPDOWN', 'link.down', 'x'),)", "neither a state nor a group `state`"),
    "a group state and no words": (
        "syslog=(SyslogRule('LINK-3-UPDOWN', 'link.down', '(?P<state>up|down)'),)",
        "no words in raises or clears",
    ),
    "words in upper case": (
        "syslog=(SyslogRule('A-3-B', 'link.down', '(?P<state>.*)', raises=frozenset({'Down'})),)",
        "'Down' never matches: states are looked up in lower case",
    ),
    "a word that raises and clears": (
        "syslog=(SyslogRule('A-3-B', 'link.down', '(?P<state>.*)', raises=frozenset({'a'}), clears=frozenset({'a'})),)",
        "a both raises and clears",
    ),
    "a value that raises and clears": (
        "states=(StateRule('1.3.6.1.4.1.9.1', 'link.down', frozenset({1, 2}), frozenset({2})),)",
        "states[0]: 2 both raises and clears",
    ),
    "a scalar with an interface's name": (
        "states=(StateRule('1.3.6.1.4.1.9.1.0', 'link.down', frozenset({1}), frozenset({2})),)",
        "belongs to the device as a whole: object=''",
    ),
    "two rules for one notification": (
        "traps=(TrapRule('1.3.6.1.4.1.99999.1', 'link.down', Transition.CLEAR),)",
        "traps[1]: traps[0] is about this notification (with and without the `.0.`) too",
    ),
    "two rules for one varbind": (
        "traps=tuple(TrapRule('1.3.6.2', 'link.down', by='1.3.6.3', raises=frozenset({n})) for n in (1, 2))",
        "traps[2]: traps[1] reads the same varbind of this notification",
    ),
    "a notification that is ignored": (
        "traps=(TrapRule('1.3.6.0.2', 'link.down', Transition.RAISE),), ignored_traps=('1.3.6.2',)",
        "traps[1].oid: '1.3.6.0.2' is among the ignored_traps",
    ),
    "an ignored notification by its name": ("ignored_traps=('coldStart',)", "ignored_traps[0]: not an OID"),
    "one column twice": (
        "states=tuple(StateRule('1.3.6', 'link.down', frozenset({n}), frozenset({1})) for n in (2, 3))",
        "states[1]: states[0] reads the same column",
    ),
    "one message twice": (
        "syslog=tuple(SyslogRule('A-3-B', 'link.down', 'x', state=s) for s in (Transition.RAISE, Transition.CLEAR))",
        "syslog[1]: syslog[0] reads the same message",
    ),
    "a state, and words that decide it": (
        "syslog=(SyslogRule('A-3-B', 'link.down', state=Transition.RAISE, raises=frozenset({'down'})),)",
        "syslog[0].state: it is given, so that no word decides",
    ),
    "a state, and a varbind that decides it": (
        "traps=(TrapRule('1.3.6', 'link.down', Transition.RAISE, by='1.3.7', raises=frozenset({1})),)",
        "traps[1].state: it is given, so that no value decides",
    ),
    "a clear of what nothing keeps": (
        (
            "alarms=(AlarmType('a.b', Severity.MAJOR, 'x', transient=True),), "
            "syslog=(SyslogRule('A-3-B', 'a.b', state=Transition.CLEAR),)"
        ),
        "syslog[0].state: 'a.b' is transient",
    ),
    "a pattern without end": (
        r"syslog=(SyslogRule('A-3-B', 'link.down', r'(\w+)* down$', state=Transition.RAISE),)",
        "repeats a repetition, which may take for ever",
    ),
    "a unit that nobody else writes so": (
        "kpis=(Kpi('cpu', '%', ('1.3.6',)),)",
        "kpis[0].unit: 'percent', not '%'",
    ),
    "a figure that the agent has itself": (
        "kpis=(Kpi('icmp.rtt', 's', ('1.3.6',)),)",
        "kpis[0].name: 'icmp.rtt' is what the agent measures itself",
    ),
    "every maker's devices": (
        "sys_object_ids=('1.3.6.1.4.1',)",
        "sys_object_ids[0]: '1.3.6.1.4.1' is the beginning of every maker's",
    ),
    "a product that is no OID": (
        "identity=Identity('V', 'o', products=(('ciscoProducts.1', 'X'),))",
        "identity.products[0]: not an OID ('ciscoProducts.1')",
    ),
    "an undecided state": (
        "states=(StateRule('1.3.6', 'link.down', frozenset(), frozenset()),)",
        "no values",
    ),
    "an undeclared alarm": (
        "traps=(TrapRule('1.3.6.1', 'no.such', Transition.RAISE),)",
        "'no.such' is not among",
    ),
    "the same rule twice": ("traps=(TRAP,)", "traps[1]: the same rule twice"),
    "an unknown severity": (
        "alarms=(AlarmType('a.b', 'major', 'x'),)",
        "alarms[1].severity: expected Severity",
    ),
    "a placeholder": (
        "alarms=(AlarmType('a.b', Severity.MAJOR, '{port} x'),)",
        "only {component} and {object}",
    ),
    "an alarm type twice": ("alarms=(LINK,)", "'link.down' twice"),
    "nobody is responsible": (
        "alarms=(AlarmType('a.b', Severity.MAJOR, 'x', responsible='telco'),)",
        "alarms[1].responsible: one of",
    ),
    "a KPI without OIDs": ("kpis=(Kpi('cpu', 'percent', ()),)", "kpis[0].oids: empty"),
    "a KPI's OIDs as a string": ("kpis=(Kpi('cpu', 'percent', '1.3.6'),)", "kpis[0].oids: expected a tuple, got str"),
    "a KPI in upper case": ("kpis=(Kpi('CPU', 'percent', ('1.3.6',)),)", "not a dotted name in lower case"),
    "a limit of negative time": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), limit=Limit(9, 8, -5)),)",
        "kpis[0].limit: how long it must last",
    ),
    "a bound that is no OID": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), at_most=('speed', 1.0)),)",
        "kpis[0].at_most: not an OID ('speed')",
    ),
    "a sign that is no OID": ("shown_by=(Sign('1.3.x'),)", "shown_by[0].subtree: not an OID ('1.3.x')"),
    "a KPI of an unknown kind": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), kind='rate'),)",
        "kpis[0].kind: one of",
    ),
    "an unknown driver": ("cli=CliPlatform('cisco_isr')", "cli.driver: no driver 'cisco_isr'"),
    "a redaction that hides nothing": ("cli=CliPlatform('cisco_ios', redact=(Redaction('x'),))", "no group `secret`"),
    "an async normalise": ("normalise=wait", "normalise: a plain function, not `async def`"),
    "a normalise of no signal": ("normalise=lambda: None", "normalise: a function of one signal"),
    "a base that there is not": ("like='acme_base'", "like: there is no device type 'acme_base'"),
    "a sum of what is no instance": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), aggregate='sum', parts=('1.3.7',)),)",
        "kpis[0].parts: an instance, which ends with .0",
    ),
    "parts of no sum": ("kpis=(Kpi('cpu', 'percent', ('1.3.6',), parts=('1.3.7.0',)),)", "kpis[0].parts: only a sum"),
    "a message about calls without a number": ("call_messages=(CallMessage('A-6-B', 'x'),)", "no group `number`"),
    "a scalar for each interface": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6.0',), per='interface'),)",
        "kpis[0].per: a scalar has no interface",
    ),
    "a state that never raises": (
        "states=(StateRule('1.3.6', 'link.down', frozenset(), frozenset({1})),)",
        "states[0].raises: empty: it never raises 'link.down'",
    ),
    "advice with a placeholder": (
        "alarms=(AlarmType('a.b', Severity.MAJOR, 'x', recommendation='look at {port}'),)",
        "alarms[1].recommendation: only {component} is filled in, not {port}",
    ),
    "an alarm without a title": ("alarms=(AlarmType('a.b', Severity.MAJOR, ' '),)", "alarms[1].title: empty"),
    "a command that changes something": (
        "cli=CliPlatform('cisco_ios', read_only=('show version', 'reload'))",
        "cli.read_only[1]: a command that only shows something ('reload')",
    ),
    "an ObjectFrom of an unknown kind": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, object=ObjectFrom('1.3', 'index')),)",
        "traps[1].object.take: one of",
    ),
    "a state of a transient alarm": (
        (
            "alarms=(AlarmType('a.b', Severity.MAJOR, 'x', transient=True),), "
            "states=(StateRule('1.3.6', 'a.b', frozenset({1}), frozenset({2})),)"
        ),
        "states[0].type: 'a.b' is transient: no alarm is kept",
    ),
    "a state that never clears": (
        "states=(StateRule('1.3.6', 'link.down', frozenset({1}), frozenset()),)",
        "states[0].clears: empty: it never clears 'link.down'",
    ),
    "bits and values": (
        "states=(StateRule('1.3.6', 'link.down', frozenset({1}), frozenset({2}), bits=3),)",
        "states[0].bits: it is given, so that no value decides",
    ),
    "words without bits": (
        "states=(StateRule('1.3.6', 'link.down', frozenset({1}), frozenset({2}), words=((1, 'x'),)),)",
        "states[0].words: they name bits",
    ),
    "bits below zero": (
        "states=(StateRule('1.3.6', 'link.down', frozenset(), frozenset(), bits=-1),)",
        "states[0].bits: a sum of bits is no negative number (-1)",
    ),
    "a condition on the column itself": (
        "states=(StateRule('1.3.6', 'link.down', frozenset({1}), frozenset({2}), only_if=('1.3.6', 1)),)",
        "states[0].only_if: the column itself",
    ),
    "a value that is the notification": (
        "traps=(TrapRule('1.3.6.0.1', 'link.down', by='1.3.6.1', raises=frozenset({1})),)",
        "traps[1].by: the notification itself",
    ),
    "an object's OID that nobody takes": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, object=ObjectFrom('1.3.7')),)",
        "traps[1].object.take: '1.3.7' is not read",
    ),
    "a second varbind beside an instance": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, object=ObjectFrom('1.3', 'instance', also='1.4')),)",
        "traps[1].object.also: read only with take='value'",
    ),
    "a second varbind that is no OID": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, object=ObjectFrom('1.3', 'value', also='x')),)",
        "traps[1].object.also: not an OID ('x')",
    ),
    "a constant beside a varbind": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, object=ObjectFrom('1.3', 'value', constant='x')),)",
        "traps[1].object.constant: not read with take='value'",
    ),
    "a text with a placeholder": (
        "traps=(TrapRule('1.3.6.1', 'link.down', Transition.RAISE, text='{object} is down'),)",
        "traps[1].text: nothing is filled in",
    ),
    "an interface that no group names": (
        "syslog=(SyslogRule('A-3-B', 'link.down', 'x', state=Transition.RAISE, interface=True),)",
        "syslog[0].interface: no group `object`",
    ),
    "a mnemonic in the pattern": (
        "syslog=(SyslogRule('A-3-B', 'link.down', '%A-3-B: x', state=Transition.RAISE),)",
        "syslog[0].pattern: '%A-3-B' never matches",
    ),
    "a severity that there is none of": (
        "syslog=(SyslogRule('LINK-8-UPDOWN', 'link.down', state=Transition.RAISE),)",
        "syslog[0].mnemonic: its severity is a digit from 0 to 7",
    ),
    "a word that the group does not list": (
        "syslog=(SyslogRule('A-3-B', 'link.down', '(?P<state>up|down)', raises=frozenset({'dwn'})),)",
        "syslog[0]: 'dwn' never matches: the group `state` takes down, up",
    ),
    "a negative cause": ("alarms=(AlarmType('a.b', Severity.MAJOR, 'x', cause=-4),)", "alarms[1].cause: 0 or more"),
    "a figure in nothing": ("kpis=(Kpi('cpu', '', ('1.3.6.0',)),)", "kpis[0].unit: empty"),
    "an object twice": ("kpis=(Kpi('cpu', 'percent', ('1.3.6.0', '1.3.6.0')),)", "kpis[0].oids: '1.3.6.0' twice"),
    "a number that no OID has": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6.9999999999',), per='index'),)",
        "no number in it is over 4294967295",
    ),
    "rows, and one figure of all": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='interface', aggregate='max'),)",
        "kpis[0].per: one series for each row, or",
    ),
    "rows that nobody adds up": (
        "kpis=(Kpi('cpu', 'channels', ('1.3.6',), per='index', counts=frozenset({1})),)",
        "kpis[0].counts: rows are counted with aggregate='sum'",
    ),
    "a last number in letters": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='index', last='x'),)",
        "kpis[0].last: the last number of an index ('x')",
    ),
    "two names of one row": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='index', rows=(('1', 'a'), ('1', 'b'))),)",
        "kpis[0].rows: '1' twice",
    ),
    "a condition on a scalar": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='index', only_if=('1.3.7.0', 1)),)",
        "kpis[0].only_if: a column, of rows with an equal index",
    ),
    "a factor of nothing": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='index', share_of=('1.3.7', 0)),)",
        "kpis[0]: a factor of 0 in share_of or at_most",
    ),
    "a scale that is no number": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6.0',), scale=float('nan')),)",
        "kpis[0]: not a number that figures",
    ),
    "a level that is never reached": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6.0',), limit=Limit(float('inf'), 1)),)",
        "kpis[0].limit: not a number that figures",
    ),
    "a ratio of fewer than one": (
        "kpis=(Kpi('cpu', 'percent', ('1.3.6',), per='index', kind='ratio', hourly=('1.3.7',), least=-3),)",
        "kpis[0].least: at least 1",
    ),
    "figures of what is not asked": (
        "snmp=False, kpis=(Kpi('cpu', 'percent', ('1.3.6.0',)),)",
        "kpis: nothing is asked",
    ),
    "a sysDescr that would be enough": ("descr_is_enough=True", "descr_is_enough: there is no sys_descr"),
    "a step without commands": ("setup=(SetupStep('snmp', 'why', ()),)", "setup[0].lines: empty"),
    "a call's message with a per cent sign": (
        "call_messages=(CallMessage('%A-6-B', '(?P<number>x)'),)",
        "call_messages[0].mnemonic: not a mnemonic ('%A-6-B'): without the %",
    ),
    "a group of a call that nobody reads": (
        "call_messages=(CallMessage('A-6-B', '(?P<number>x)(?P<prot>y)'),)",
        "no group is called 'prot'; did you mean 'port'?",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_with_its_line_and_costs_its_rule(site: Site, case: str) -> None:
    fields, reported = MISTAKES[case]
    source = HEAD + "async def wait(signal):\n    pass\n" + HOOK + f"\n    {fields})]\n"
    report = loaded(site, source)
    assert report.state == "loaded"
    assert any(reported in problem for problem in report.problems), report.problems
    assert all("outside_bad.py:" in problem for problem in report.problems)
    kind = site.host.registry.named("bad")
    assert kind is not None
    assert TRAP_OID in [rule.oid for rule in kind.traps]


TRAP_OID = "1.3.6.1.4.1.99999.0.1"


def test_the_line_is_the_rules_own(site: Site) -> None:
    wrong = "    TrapRule('x', 'link.down'),"
    source = HEAD + HOOK + f"traps=(\n    TrapRule('1.3.6.1.9', 'link.down', Transition.CLEAR),\n{wrong}\n))]\n"
    (first, *_) = loaded(site, source).problems
    line = source.splitlines().index(wrong) + 1
    assert first.startswith(f"{site.folder.name}/outside_bad.py:{line}: traps[2].oid: ")


def test_every_mistake_is_reported_not_the_first_alone(site: Site) -> None:
    fields = ", ".join(f"{each}" for each in ("sys_object_ids=('x',)", "sys_descr='('", "kpis=(Kpi('A', '', ()),)"))
    assert len(loaded(site, HEAD + HOOK + fields + ")]\n").problems) == 5


MISSPELT = """
WRONG = TrapRule(oid="1.3.6.1.4", typ="link.down")
FIGURE = Kpi("cpu", "percent", ("1.3.6.1.4.1.9.1",), agregate="max")
STATE = StateRule("1.3.6", "link.down", raises=frozenset({1}), clear=frozenset({2}))
MANY = CliPlatform("a", "b", "c", *(), **{})
"""


@pytest.mark.parametrize("within", ["", "    "], ids=["at import", "in the hook"])
def test_each_misspelt_field_is_named_by_its_line_not_the_first_alone(site: Site, within: str) -> None:
    body = "".join(f"{within}{line}\n" for line in MISSPELT.strip().splitlines())
    source = HEAD + (f"@hook\ndef device_types():\n{body}    return []\n" if within else f"{body}{HOOK})]\n")
    first = source.splitlines().index(f'{within}WRONG = TrapRule(oid="1.3.6.1.4", typ="link.down")') + 1
    problems = [each.partition("outside_bad.py:")[2] for each in loaded(site, source).problems]
    assert problems == [
        f"{first}: TrapRule: no field 'typ'; did you mean 'type'?",
        f"{first}: TrapRule: lacks type",
        f"{first + 1}: Kpi: no field 'agregate'; did you mean 'aggregate'?",
        f"{first + 2}: StateRule: no field 'clear'; did you mean 'clears'?",
        f"{first + 2}: StateRule: lacks clears",
    ]


WHOLE = {
    "no mark": ("def device_types():\n    return [kind()]\n", "device_types is not marked with @hook"),
    "no hook": ("", "it implements no hook; there are: device_types, notification_channels, event_recorded"),
    "an async hook": ("@hook\nasync def device_types():\n    return []\n", "device_types is `async def`"),
    "an argument that is misspelt": ("TrapRule(oid='1.3', typ='x')\n", "unexpected keyword argument 'typ' ("),
}


@pytest.mark.parametrize("case", WHOLE)
def test_what_costs_the_plugin_is_reported_with_its_line(site: Site, case: str) -> None:
    source, reported = WHOLE[case]
    report = loaded(site, HEAD + source)
    assert report.state == "refused"
    assert reported in report.reason


def test_a_plugin_that_does_not_say_its_version_is_led_there(site: Site) -> None:
    report = loaded(site, HEAD.replace("API_VERSION = 1\n", "") + HOOK + ")]\n")
    (problem,) = report.problems
    assert problem.endswith("outside_bad.py:1: it does not say which API it is made for: API_VERSION = 1")


def test_there_is_one_fallback(site: Site) -> None:
    site.install("a", HEAD + HOOK + "fallback=True)]\n")
    report = loaded(site, HEAD + HOOK + "fallback=True)]\n")
    assert "fallback: 'a' takes the devices that nobody knows" in " ".join(report.problems)
    assert [kind.name for kind in site.host.registry if kind.fallback] == ["a"]


def test_a_prefix_that_is_taken_is_reported(site: Site) -> None:
    site.install("a", HEAD + HOOK + "sys_object_ids=('1.3.6.1.4.1.99999',))]\n")
    report = loaded(site, HEAD + HOOK + "sys_object_ids=('1.3.6.1.4.1.99999',))]\n")
    assert "'1.3.6.1.4.1.99999' is taken by 'a'" in " ".join(report.problems)


def test_a_type_has_the_parts_of_the_one_it_is_like_whichever_is_loaded_first(site: Site) -> None:
    site.install("a_own", HEAD + HOOK + "like='bad', kpis=(Kpi('cpu', 'percent', ('1.3.6.1',)),))]\n")
    loaded(
        site,
        HEAD
        + HOOK
        + "kpis=(Kpi('cpu', 'percent', ('1.3.6.2',)), Kpi('memory', 'percent', ('1.3.6.3',))), fallback=True)]\n",
    )
    kind = site.host.registry.named("a_own")
    assert kind is not None
    assert [(kpi.name, kpi.oids) for kpi in kind.kpis] == [("cpu", ("1.3.6.1",)), ("memory", ("1.3.6.3",))]
    assert [alarm.type for alarm in kind.alarms] == ["link.down"]
    assert not kind.fallback


def test_a_rule_of_its_own_counts_whatever_the_type_that_it_is_like_says_of_the_notification(site: Site) -> None:
    rule = "TrapRule('1.3.6.2.0.7', 'link.down', Transition.CLEAR)"
    site.install("a_own", HEAD + HOOK + f"like='bad', traps=({rule},))]\n")
    loaded(site, HEAD + HOOK + f"traps=({rule.replace('.0.7', '.7')},), ignored_traps=('1.3.6.2.0.8',))]\n")
    site.install("other", HEAD + HOOK + f"like='bad', traps=({rule.replace('.0.7', '.8')},))]\n")
    site.host.load()
    kinds = [site.host.registry.named(name) for name in ("a_own", "other")]
    over = "1.3.6.1.4.1.99999.0.7"
    assert [[rule.oid for rule in kind.traps if rule.oid != over] for kind in kinds if kind] == [
        [TRAP_OID, "1.3.6.2.0.7"],
        [TRAP_OID, "1.3.6.2.8", "1.3.6.2.7"],
    ]
    assert [kind.ignored_traps for kind in kinds if kind] == [("1.3.6.2.0.8",), ()]


def test_two_types_that_are_like_each_other_are_reported(site: Site) -> None:
    site.install("a", HEAD + HOOK + "like='bad')]\n")
    assert loaded(site, HEAD + HOOK + "like='a')]\n").problems == ()
    assert "like: there is no device type 'bad'" in " ".join(site.host.reports()[0].problems)


RETURNING = "@hook\ndef device_types():\n    return [kind()]\n"
BY_LINE = {
    "a parenthesis that is missing": ("X = (1\nY = 2\n", 1, "import failed: SyntaxError: '(' was never closed"),
    "tabs and blanks": ("def x():\n    a = 1\n\treturn a\n", 3, "import failed: TabError: inconsistent use"),
    "a name that the API does not have": (
        "from cmsp_agent.plugin.api import Kpis\n",
        1,
        "api has no 'Kpis'; did you mean 'Kpi'?",
    ),
    "a severity that there is none of": ("A = Severity.HIGH\n" + RETURNING, 1, "import failed: AttributeError: HIGH"),
    "an error at import": ("A = 1 / 0\n" + RETURNING, 1, "import failed: ZeroDivisionError: division by zero"),
    "the inside of the agent": ("import cmsp_agent.plugin.host\n" + RETURNING, 1, "imports cmsp_agent.plugin.host: a"),
    "another version": ("API_VERSION = 2\n" + RETURNING, 1, "made for plugin API 2; this agent has API 1"),
    "no title": (RETURNING.replace("kind()", "DeviceType('bad', '')"), 3, "title: empty: people read it"),
    "a forgotten return": ("@hook\ndef device_types():\n    [kind()]\n", 1, "device_types returns NoneType: a list is"),
    "one for a list": ("@hook\ndef device_types():\n    return kind()\n", 1, "device_types returns DeviceType: a list"),
    "an error in the hook": (
        "@hook\ndef device_types():\n    return [TYPO]\n",
        3,
        "device_types: NameError: name 'TYPO'",
    ),
    "a generator that fails": ("@hook\ndef device_types():\n    yield kind()\n    1 / 0\n", 4, "ZeroDivisionError"),
    "an argument": ("@hook\ndef device_types(config):\n    return []\n", 2, "called with nothing, not with 'config'"),
    "a hook that there is none of": ("@hook\ndef device_type():\n    return []\n", 2, "did you mean 'device_types'?"),
    "a hook twice": (RETURNING * 2, 5, "device_types is defined again: the first one is never called"),
    "a group that nobody reads": (
        "R = SyslogRule('A-3-B', 'link.down', '(?P<objekt>x)', state=Transition.RAISE)\n"
        + RETURNING.replace("kind()", "kind(syslog=(R,))"),
        1,
        "syslog[0].pattern: no group is called 'objekt'; did you mean 'object'?",
    ),
    "a mnemonic in small letters": (
        "R = SyslogRule('link-3-updown', 'link.down', state=Transition.RAISE)\n"
        + RETURNING.replace("kind()", "kind(syslog=(R,))"),
        1,
        "syslog[0].mnemonic: in capitals, as the device writes it",
    ),
    "a function in capitals": (
        RETURNING.replace("kind()", "DeviceType('bad', 'x', functions=('PSTN',))"),
        3,
        "functions[0]: not a function's name ('PSTN')",
    ),
    "a function of two words": (
        "A = AlarmType('a.b', Severity.MAJOR, 'x', impairs=frozenset({'pstn trunk'}))\n"
        + RETURNING.replace("kind()", "kind(alarms=(A,))"),
        1,
        "alarms[1].impairs: not a function's name ('pstn trunk')",
    ),
}


@pytest.mark.parametrize("case", BY_LINE)
def test_what_is_wrong_with_the_module_or_its_hook_is_named_by_its_line(site: Site, case: str) -> None:
    source, line, said = BY_LINE[case]
    problems = [each.partition("outside_bad.py:")[2] for each in loaded(site, HEAD + source).problems]
    at = HEAD.count("\n") + line
    assert [each for each in problems if each.startswith(f"{at}: ") and said in each], problems
