"""Banners in a file for a device: their ends are the control character itself, and only they are."""

import pytest

from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.control_characters import with_ends_as_meant
from cmsp_plugins.cisco_ios.cli import CLI
from cmsp_plugins.frr.plugin import FRR

BANNERS = [
    ("banner motd ^C Keep out ^C\nend\n", "banner motd \x03 Keep out \x03\nend\n"),
    ("banner login ^C\n ^ C\n\nlast^C\nline con 0\n", "banner login \x03\n ^ C\n\nlast\x03\nline con 0\n"),
    ("banner exec ^CC twice ^C\n", "banner exec \x03C twice \x03\n"),
    ("banner motd #a ^C b#\n", "banner motd #a ^C b#\n"),
    ("menu M title ^C Title ^C\nbanner motd ^C\n^C\n", "menu M title \x03 Title \x03\nbanner motd \x03\n\x03\n"),
    (" description banner motd ^C\n remark ^C\n", " description banner motd ^C\n remark ^C\n"),
    ("banner motd \x03hi\x03\n", "banner motd \x03hi\x03\n"),
]


@pytest.mark.parametrize(("shown", "meant"), BANNERS)
def test_the_end_of_a_banner_is_the_character_that_it_stands_for(shown: str, meant: str) -> None:
    assert with_ends_as_meant(CLI, shown) == meant
    assert ConfigText(CLI).stable(shown) == ConfigText(CLI).stable(meant)


def test_a_platform_without_banners_keeps_its_text() -> None:
    assert FRR.cli is not None
    assert with_ends_as_meant(FRR.cli, "banner motd ^C\n") == "banner motd ^C\n"
