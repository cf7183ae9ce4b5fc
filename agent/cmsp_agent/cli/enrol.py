"""`cmsp-agent enrol`: gives the appliance its identity, by the enrolment service or by two files. No agent need run."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.output import moment
from cmsp_agent.cli.session import AsJson, Config, session
from cmsp_agent.config.site_path import DEFAULT_FILE

MOST_BYTES = 256 * 1024


def enrol(
    context: typer.Context,
    token: Annotated[
        str, typer.Option("--token", metavar="TOKEN", envvar="CMSP_ENROLMENT_TOKEN", help="The order's token.")
    ] = "",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The enrolment service.")] = "",
    proxy: Annotated[
        str, typer.Option("--proxy", metavar="URL", help="An HTTP proxy; default: as the environment says.")
    ] = "",
    request: Annotated[
        Path | None, typer.Option("--request", metavar="FILE", help="Write the request to a file instead.")
    ] = None,
    response: Annotated[
        Path | None, typer.Option("--response", metavar="FILE", help="Take the answer from a file instead.")
    ] = None,
    config: Config = DEFAULT_FILE,
    as_json: AsJson = False,
) -> None:
    """Enrol the appliance: keys are made here, the certificate and the tunnel's settings are stored at once."""
    here, token = session(context), token.strip()
    if sum((bool(url), request is not None, response is not None)) != 1:
        raise CallFailed("give --url, or --request FILE, or --response FILE", 2)
    if response is None and not token:
        raise CallFailed("give the --token of the order", 2)
    _refuse_unusable(url)
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.preflight.enrolment import enrolment_for
    from cmsp_agent.storage.files import write_atomically

    enrolment = enrolment_for(config, SystemClock())
    if request is not None:
        document = enrolment.request(token)
        write_atomically(request, json.dumps(document, indent=2).encode())  # for its owner only: the token is in it
        here.output.line(f"{request}: send it to the provider, then: cmsp-agent enrol --response FILE")
        return
    if response is not None:
        done = enrolment.take(_document(response), token)
    else:
        from cmsp_agent.transports.enrolment import post

        done = enrolment.enrol(url, token, lambda where, what, ca: post(where, what, ca, proxy))
    if as_json:
        here.output.json({"appliance_id": done.appliance_id, "headend_urls": done.headend_urls, "tunnel": done.tunnel})
        return
    from cmsp_agent.model.times import rfc3339

    here.output.line(
        f"enrolled as {done.appliance_id}; the certificate is good until {moment(rfc3339(done.until))} UTC"
    )
    units = "cmsp-tunnel cmsp-agent" if done.tunnel else "cmsp-agent"
    here.output.line(f"now: systemctl restart {units}")


def _refuse_unusable(url: str) -> None:
    from cmsp_agent.config.addresses import parse_https_url

    try:
        if url:
            parse_https_url(url)
    except ValueError as error:
        raise CallFailed(f"--url: {error}", 2) from error


def _document(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
        document = json.loads(content) if len(content) <= MOST_BYTES else None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "can't be read as JSON"
        raise CallFailed(f"{file}: {why}", 2) from error
    if not isinstance(document, dict):
        raise CallFailed(f"{file}: not the answer of an enrolment", 2)
    return document
