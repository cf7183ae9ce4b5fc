"""`cmsp-agent doctor` and `support-bundle`."""

from pathlib import Path

from cmsp_agent.cli.daemon import AgentUnreachable
from tests.unit.cli.fakes import cmsp_agent

FOUND = {"items": [{"what": "1 down: gw-1", "remedy": "cmsp-agent component show gw-1"}]}


def test_each_finding_is_printed_with_what_to_do() -> None:
    ending = cmsp_agent("doctor", answers={"/v1/findings": FOUND})
    assert ending.out == "1. 1 down: gw-1\n   do: cmsp-agent component show gw-1\n"
    assert ending.code == 1


def test_nothing_is_wrong() -> None:
    ending = cmsp_agent("doctor", answers={"/v1/findings": {"items": []}})
    assert (ending.code, ending.out) == (0, "nothing is wrong\n")


def test_an_agent_that_does_not_run_is_the_first_finding() -> None:
    down = AgentUnreachable("the agent is not running\nstart it: systemctl start cmsp-agent")
    ending = cmsp_agent("doctor", answers={"/v1/findings": down})
    assert ending.out == "1. the agent is not running\n   do: start it: systemctl start cmsp-agent\n"
    assert ending.code == 1


def test_the_file_of_the_agent_that_answers_is_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("appliance: {name: lab}\ncomponents: {gw-1: {address: nope}}\n")
    answers = {"/v1/findings": {"items": []}, "/v1/config": {"file": str(file), "values": []}}
    ending = cmsp_agent("doctor", answers=answers, local=True)
    assert (ending.code, f"{file}:2: components.gw-1" in ending.out) == (1, True)
    ending = cmsp_agent("config", "check", answers=answers, local=True)
    assert (ending.code, f"{file}:2: components.gw-1" in ending.err) == (2, True)


def test_a_bundle_is_made_fetched_and_written_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    job = {"id": "j1", "kind": "support-bundle", "state": "done", "percent": 100, "step": "", "result": {}}
    answers = {"/v1/support-bundle": job, "/v1/support-bundle/j1": b"archive"}
    ending = cmsp_agent("support-bundle", "--output", str(file), answers=answers)
    assert (ending.code, file.read_bytes(), file.stat().st_mode & 0o777) == (0, b"archive", 0o600)
    assert "7 B" in ending.out


def test_an_agent_elsewhere_wants_a_certificate_and_an_url(tmp_path: Path) -> None:
    ending = cmsp_agent("--url", "https://127.0.0.1:1", "status")
    assert (ending.code, "--cert" in ending.err) == (2, True)
    given = ("--cert", str(tmp_path / "none"), "--ca", str(tmp_path / "none"), "status")
    assert "no file" in cmsp_agent("--url", "https://127.0.0.1:1", *given).err
    assert "not an URL" in cmsp_agent("--url", "http://127.0.0.1:1", *given).err
