"""What a beginner writes gets the sentence that leads on."""

from pathlib import Path

import pytest

from cmsp_agent.config.brought import Brought
from cmsp_agent.config.load import read_document
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import load

FILE = """\
appliance: {name: lab}
sites: {paris: {people: 10}}
credentials:
  ro: {snmp: {version: 2c, community: SECRET}}
components:
  gw-1: {address: 10.0.0.1, site: paris, MORE}
"""


def said(folder: Path, secret: str = "!secret ro", more: str = "people: 1") -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, FILE.replace("SECRET", secret).replace("MORE", more))
    return str(caught.value)


@pytest.mark.parametrize("secret", ["!secretpw", "!secret", "!Secret ro", "!SECRET ro", "!secret:ro"])
def test_a_secret_is_two_words(tmp_path: Path, secret: str) -> None:
    text = said(tmp_path, secret)
    assert "two words, in small letters: !secret NAME" in text
    assert "secretpw" not in text


def test_a_secret_that_is_written_out_is_not_repeated(tmp_path: Path) -> None:
    text = said(tmp_path, "hunter2")
    assert "write !secret NAME, then store it by 'cmsp-agent secret set NAME'" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("backup: no", "unknown key 'backup' here: it belongs under services, as in services: {backup: …}"),
        ("every: 30s", "it belongs under poll, as in poll: {every: …}"),
        ("icmp: no", "it belongs under reach, as in reach: {icmp: …}"),
        ("services: no", "this is no switch: leave the key out for its defaults"),
        ("ssh: off", "this is no switch: leave the key out for its defaults"),
        ("poll: 60", "not a duration: write 30s, 5m, 2h or 7d"),
        ("poll: no", "not a duration: write 30s, 5m, 2h or 7d"),
        ("tier: none", "not one of managed"),
        ("credentials: no", "known here: ro"),
        ("credentials: {user: admin}", "a name is wanted, or a list of names"),
        ("ip: 10.0.0.2", "did you mean 'address'?"),
        ("hostname: gw", "did you mean 'address'?"),
        ("location: paris", "did you mean 'site'?"),
        ("interval: 30s", "unknown key 'interval'"),
    ],
)
def test_what_is_meant_is_named(tmp_path: Path, more: str, text: str) -> None:
    assert text in said(tmp_path, more=more)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("backup: no", "it belongs under components, as in components: {NAME: {services: {backup: …}}}"),
        ("maintenance: Sun 02:00-04:00", "it belongs under sites, as in sites: {NAME: {maintenance: …}}"),
        ("smtp: {server: mail}", "did you mean 'host'?"),
        ("contacts: {noc: {email: noc}}", "not a mail address: write name@example.com"),
        ("smtp: {host: mail, from: cmsp}", "not a mail address: write name@example.com"),
        ("notify: {to: bob}", "neither a contact nor a mail address"),
        ("listen: {traps: on}", "not a port from 0 to 65535: write 162, or 10.1.0.2:162"),
        ("headend: {urls: head.example.com}", "write https://host:8443"),
        ("\u00a0\u00a0customer: {name: x}", "YAML wants plain spaces"),
    ],
)
def test_what_stands_at_the_margin_is_led_to_its_place(tmp_path: Path, line: str, text: str) -> None:
    assert text in said(tmp_path, more=f"people: 1}}\n{line}\nretention: {{", secret="!secret ro")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ('"10.1.0.1:161"', "leave out the port"),
        ("http://gw-1.example.com/", "leave out what stands before and after the host"),
        ("10.1.0.1/24", "leave out the prefix length"),
        ("010.1.0.1", "leave out the zeros before a number"),
        ("fe80::1", "wants the interface that it is behind: fe80::1%eth0"),
    ],
)
def test_an_address_with_too_much_says_what_to_leave_out(tmp_path: Path, address: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        load(tmp_path, FILE.replace("SECRET", "!secret ro").replace("MORE", "people: 1").replace("10.0.0.1", address))


def test_a_channel_that_nothing_brings_is_refused_in_its_own_section_too(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("appliance: {name: lab}\nchannels: {mail: {server: x}}\n")
    with pytest.raises(ConfigurationError, match="no plugin brings this channel"):
        read_document(file, brought=Brought(channels=("smtp", "webhook")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("appliance:\n\tname: lab\n", ":2:1: a tab in the indentation: YAML wants spaces"),
        ("appliance:\n  \tname: lab\n", ":2:3: a tab in the indentation"),
        ("appliance:\n \u00a0name: lab\n", ":2:2: a no-break or other odd space"),
        ("appliance: {name: “lab”}\n", ":1:19: appliance.name: typographic quotes are none in YAML: write \" or '"),
        ("appliance: {name: lab}\nsites:\n  «paris»: {people: 1}\n", ":3:3: sites: typographic quotes are none"),
        ("appliance: {name: lab}\nsites: {a: {}, a: {}}\n", ":2:16: sites.a: duplicate key (first on line 2)"),
        ("appliance: {name: lab\nsites: {}\n", ":2:6: not valid YAML: a '{' that is not closed"),
        ("appliance: {name: lab}\r\nsites: a: b\r\n", ":2:9: not valid YAML: a ':' where no key can stand"),
        ("\ufeffappliance: {name: lab}\nx: \x07\n", ":2:4: a control character (U+0007)"),
    ],
)
def test_what_is_no_yaml_is_placed_by_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(text.encode())
    with pytest.raises(ConfigurationError) as caught:
        read_document(file)
    assert f"{file}{said}" in str(caught.value)
    assert not [each for each in caught.value.problems if "not a name" in each.text]


@pytest.mark.parametrize("word", ["no", "off", "false"])
def test_no_backup_is_no_backup(tmp_path: Path, word: str) -> None:
    file = FILE.replace("SECRET", "!secret ro").replace("MORE", f"services: {{backup: {word}}}")
    assert not gets(load(tmp_path, file).components["gw-1"], ServicePart.BACKUP)
