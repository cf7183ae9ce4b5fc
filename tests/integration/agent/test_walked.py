"""schemathesis walks the calls of the running agent: no 5xx, and no answer that is not described."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from cmsp_agent.api.app import openapi
from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_commit_confirmed import prepared

EXAMPLES = 25
CHECKED = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
ENDLESS = "/v1/events/stream"


def operations() -> Iterator[Any]:
    for result in schemathesis.openapi.from_dict(openapi()).get_all_operations():
        assert isinstance(result, Ok)
        if result.ok().path != ENDLESS:
            yield result.ok()


def walk(access: dict[str, Any]) -> list[str]:
    """Try every call with what its description permits, and with what it doesn't; what is wrong."""
    failures: list[str] = []

    def tried(operation: Any) -> None:
        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def call(case: Any) -> None:
            if "name" in case.path_parameters and secrets.randbelow(2):
                case.path_parameters["name"] = "gw-1"
            response = case.call(headers={"Idempotency-Key": secrets.token_hex(8)}, **access)
            if response.status_code == 429:  # described for all calls, and not what is looked for here
                return
            case.validate_response(response, checks=list(CHECKED))

        call()

    for operation in operations():
        try:
            tried(operation)
        except BaseExceptionGroup as error:
            failures.append(f"{operation.label}: {error}"[:1500])
    return failures


def access_of(stage: Stage, agent: Agent) -> dict[str, Any]:
    identity, url = stage.headend.client("noc"), f"https://127.0.0.1:{agent.api.server.port}"
    certificates = (str(identity.certificate), str(identity.key))
    return {"base_url": url, "verify": str(stage.headend.authority.path), "cert": certificates}


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_every_call_answers_as_it_is_described(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        prepared(stage)
        async with running(stage.load()) as agent:
            failures = await asyncio.to_thread(walk, access_of(stage, agent))
            assert not failures, "\n\n".join(failures)
            counters = agent.runtime.counters
            assert counters.total("tasks.failed") == 0
