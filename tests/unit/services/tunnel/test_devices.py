"""The devices that the head-end may reach: those that the partner's file names, by their addresses."""

from pathlib import Path

import pytest

from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.services.tunnel.devices import addresses_of, check_device_access
from tests.unit.config.builders import MINIMAL, load

OTHERS = """\
  gw-2: {site: paris, address: [192.168.1.5, "2001:db8:0::5"]}
  gw-3: {site: paris, address: gw-3.example}
"""


def site(access: str) -> str:
    return f"{MINIMAL}{OTHERS}headend: {{device_access: {access}}}\n"


def test_nothing_is_reached_unless_it_is_named(tmp_path: Path) -> None:
    for text, addresses in (("[]", []), ("[gw-2]", ["192.168.1.5", "2001:db8::5"])):
        configuration = load(tmp_path, site(text))
        check_device_access(configuration)
        assert addresses_of(configuration) == addresses


@pytest.mark.parametrize(
    ("access", "said"), [("[gw-9]", "no component is called 'gw-9'"), ("[gw-3]", "gw-3 has a name for its address")]
)
def test_what_no_rule_can_be_written_for_is_refused(tmp_path: Path, access: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        check_device_access(load(tmp_path, site(access)))
    assert refused.value.problems[0].path == "headend.device_access"
