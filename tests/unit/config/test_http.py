"""A login for a web interface, and where that is: from the file to the component."""

from pathlib import Path

import pytest

from cmsp_agent.model.component import HttpPlan
from cmsp_agent.model.errors import ConfigurationError
from tests.unit.config.builders import load

TEXT = """appliance: {{name: a}}
sites: {{paris: {{}}}}
credentials: {{web: {{http: {{user: Admin, password: !secret web}}}}}}
components:
  sbc: {{address: 10.1.0.1, site: paris, type: audiocodes, credentials: [web], http: {http}}}
"""


def loaded(folder: Path, http: str) -> HttpPlan:
    component = load(folder, TEXT.format(http=http)).components["sbc"]
    assert component.credentials.ssh is None
    assert component.credentials.http is not None
    assert component.credentials.login is component.credentials.http
    assert component.credentials.http.user == "Admin"
    return component.http


def test_the_defaults_and_all_that_can_be_said(tmp_path: Path) -> None:
    assert loaded(tmp_path, "{}") == HttpPlan()
    said = "{port: 8443, legacy: yes, tls: no, profile: 'https://prov.example/ata.xml'}"
    assert loaded(tmp_path, said) == HttpPlan(8443, tls=False, legacy=True, profile="https://prov.example/ata.xml")


def test_a_profile_is_a_url(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="a URL is wanted"):
        loaded(tmp_path, "{profile: ata.xml}")
