"""A diff of two configurations names the sections in which something changed, and applies as any unified diff."""

import difflib
import random

from cmsp_agent.services.backups.differences import changed_lines, section, unified

OLD = """\
hostname gw-1
interface Gi0/0
 description uplink
 ip address 192.0.2.1 255.255.255.0
!
router bgp 65000
 neighbor 192.0.2.9 remote-as 65001
 address-family ipv4
  network 192.0.2.0
  neighbor 192.0.2.9 activate
 exit-address-family
line vty 0 4
 login
end
""".splitlines()


def changed(old: str, new: str) -> list[str]:
    return "\n".join(OLD).replace(old, new).splitlines()


def headers(new: list[str]) -> list[str]:
    return [line for line in unified(OLD, new) if line.startswith("@@")]


def test_a_hunk_names_its_section_from_the_outermost_in() -> None:
    (header,) = headers(changed("  network 192.0.2.0", "  network 198.51.100.0"))
    assert header.endswith("@@ router bgp 65000 > address-family ipv4")


def test_a_removed_line_names_the_section_that_it_was_in() -> None:
    (header,) = headers(changed(" description uplink\n", ""))
    assert header == "@@ -1,6 +1,5 @@ interface Gi0/0"


def test_a_change_at_the_margin_is_in_no_section() -> None:
    assert headers(changed("hostname gw-1", "hostname gw-2")) == ["@@ -1,4 +1,4 @@"]


def test_what_changed_is_counted_by_sections() -> None:
    new = changed(" description uplink", " description other\n shutdown")
    new = [line.replace("hostname gw-1", "hostname gw-2").replace(" login", " login local") for line in new]
    found = changed_lines("\n".join(unified(OLD, new)))
    assert (found.added, found.removed) == (4, 3)
    assert found.sections == ("hostname", "line vty 0 4")


def test_but_for_the_sections_it_is_what_difflib_says() -> None:
    chance = random.Random(7)
    for _ in range(50):
        new = [line for line in OLD if chance.random() > 0.2]
        new.insert(chance.randrange(len(new) + 1), " shutdown")
        expected = list(difflib.unified_diff(OLD, new, "before", "after", lineterm=""))
        found = [line[: line.index(" @@") + 3] if line.startswith("@@") else line for line in unified(OLD, new)]
        assert found == expected


def test_a_line_at_the_margin_belongs_to_nothing() -> None:
    assert section(OLD, 0) == ()
    assert section(OLD, 8) == ("router bgp 65000", "address-family ipv4")
