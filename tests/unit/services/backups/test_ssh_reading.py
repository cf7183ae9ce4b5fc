"""A reading into which log lines were mixed is taken again, until one can be believed."""

from collections.abc import Iterator

import pytest

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceBusy
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.ssh_reading import Reading, read_believable, unwatched
from cmsp_plugins.cisco_ios.cli import CLI

WHOLE = "version 15.7\nhostname gw\nip address 10.9.8.1 255.255.255.0\nend\n"
LOG = "\n*Nov 28 10:00:00.123: %LINK-3-UPDOWN: Interface Serial0/0, changed state to up\n"
CUT = WHOLE.replace("10.9.8.1", f"10.9.8{LOG}.1")
COMPONENT = Component("gw", ("192.0.2.1",), "paris")


async def reading(*given: str) -> Reading:
    answers: Iterator[str] = iter(given)

    async def read(component: Component, platform: CliPlatform) -> str:
        return next(answers)

    return await read_believable(read, COMPONENT, CLI, ConfigText(CLI), None, unwatched)


async def test_a_line_that_a_log_cut_in_two_is_read_again() -> None:
    assert await reading(CUT, WHOLE) == Reading(WHOLE, taken_out=1)


async def test_two_readings_that_agree_are_enough() -> None:
    logged = WHOLE.replace("hostname", f"{LOG.lstrip()}hostname")
    assert (await reading(logged, logged)).text == WHOLE


async def test_what_the_device_said_instead_is_shown() -> None:
    with pytest.raises(DeviceAnswerInvalid, match="said '% Permission denied for the role'"):
        await reading("% Permission denied for the role\n")


@pytest.mark.parametrize(
    "said",
    [
        "Configuration mode is locked by process '3' user 'noc'. Please try later.\n",
        "Unable to read configuration. Try again later.\n",
        "\n%Error opening nvram:/x (Device or resource busy)\n",
        "%NV: Configuration file is being accessed; retry\n",
        "% Failure: the TACACS+ server is not reachable\n",
    ],
)
async def test_a_device_that_is_busy_may_be_asked_again(said: str) -> None:
    with pytest.raises(DeviceBusy, match="the device said") as busy:
        await reading(said)
    assert busy.value.retryable
