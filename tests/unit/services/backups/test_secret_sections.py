"""Words that stand before a secret in one section only."""

import pytest

from cmsp_agent.services.backups.secret_lines import hidden

SECRET = """\
interface Ethernet1|  vrrp 1|    authentication HUSH
interface Vlan10|  hsrp 10|    preempt|    authentication text HUSH
interface Vlan10|  hsrp 10 ipv6|    authentication md5 key-string 7 HUSH
vlan 10|   vrrp vrid 1|      authentication HUSH|      priority 110
vrrp-group 1|  authentication plain-text HUSH
sys snmp {|    communities {|        c1 {|            access rw|            community HUSH|        }
sys snmp {|    traps {|        t1 {|            community HUSH|            host 192.0.2.1
ltm monitor snmp-dca /Common/m {|    community "HUSH words"|}
modify sys snmp communities add { c1 { community-name HUSH source default } }
config system snmp community|edit 1|set name HUSH|next|edit 2|set name "HUSH"|next|end
radius server R| address ipv4 192.0.2.1||  key 63HUSH
"""
PLAIN = """\
interface Vlan10|  hsrp 10|    authentication md5 key-chain K|    priority 110
interface Vlan10|  vrrp 10|    priority 110|interface Gi0/1|  authentication open
vrrp 1 priority 110|authentication order dot1x mab
sys snmp {|    sys-contact "desk community team"|    communities {
net route-map R {|    community none|}
config system snmp community|end|config system global|set name gw|end
key chain K| key 63|tacacs server T|key 63
"""


def as_lines(text: str) -> str:
    return text.replace("|", "\n")


@pytest.mark.parametrize("text", SECRET.splitlines())
def test_the_secret_of_the_section_is_hidden(text: str) -> None:
    shown = hidden(as_lines(text))
    assert "HUSH" not in shown
    assert "<hidden>" in shown


@pytest.mark.parametrize("text", PLAIN.splitlines())
def test_the_same_words_elsewhere_stay(text: str) -> None:
    assert hidden(as_lines(text)) == as_lines(text)


def test_the_secrets_of_a_section_with_lines_of_no_depth_are_hidden_up_to_its_end() -> None:
    shown = hidden("/snmp community\nset [ find default=yes ] name=HUSH\nadd name=HUSH\n/ip address\nadd name=lan\n")
    assert "HUSH" not in shown
    assert "name=lan" in shown
