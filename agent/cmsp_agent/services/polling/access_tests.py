"""Tries each way to a component that its configuration names, and says what helps where one does not work."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AuthenticationRejected, DeviceError, DeviceUnreachable, NotPermittedHere
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.services.polling.commands import CommandClient
from cmsp_agent.services.polling.reachability import Patience, Reachability
from cmsp_agent.transports.ssh import HostKeyChanged, LegacyAlgorithmsOnly, NoAlgorithmInCommon

LOGIN_WITHIN = 90.0
NO_ROUTE_REMEDY = "check this machine's cable, its addresses and its routes: ip route"


@dataclass(frozen=True, slots=True)
class AccessResult:
    """One way; `works` is None where it can't be tried."""

    check: str
    works: bool | None
    detail: str = ""
    remedy: str = ""


class AccessTests:
    """The ways but SNMP, which `SnmpTest` tries in its several forms."""

    def __init__(
        self,
        reachability: Reachability,
        client: CommandClient,
        device_type: Callable[[str], DeviceType],
        leads_to: Callable[[str], bool],
    ) -> None:
        self._reachability = reachability
        self._leads_to = leads_to
        self._client = client
        self._device_type = device_type

    async def run(self, component: Component) -> list[dict[str, Any]]:
        """What works, in the order in which one would look."""
        try:
            address = component.address
        except DeviceUnreachable as error:
            return [asdict(AccessResult("name", False, str(error), "check the name, and this host's resolver"))]
        if not self._leads_to(address):
            return [asdict(AccessResult("route", False, f"this machine has no route to {address}", NO_ROUTE_REMEDY))]
        results = await self._reach(component, address)
        if component.credentials.ssh is not None:
            results.append(await self._login(component))
        return [asdict(result) for result in results]

    async def _reach(self, component: Component, address: str) -> list[AccessResult]:
        plan = component.poll
        reach = await self._reachability.check(
            address, component.reach, Patience(plan.timeout, plan.retries), component.source or None
        )
        results = []
        if component.reach.icmp:
            remedy = f"permit ICMP echo to {address} and back, or write reach: {{icmp: no}} under the component"
            permitted = 'this host permits no ping: sysctl -w net.ipv4.ping_group_range="0 2147483647"'
            results.append(
                AccessResult("ICMP", reach.icmp, remedy={True: "", False: remedy, None: permitted}[reach.icmp])
            )
        for check, answer in reach.services.answers.items():
            hint = f"check the service behind {check.name}, and that it is permitted from here"
            results.append(AccessResult(check.name, answer.works, answer.detail, "" if answer.works else hint))
        if port := component.reach.tcp:
            remedy = "" if reach.port_open else f"permit {port}/tcp to {address}, and check the service behind it"
            results.append(AccessResult(f"TCP {port}", reach.port_open, remedy=remedy))
        return results

    async def _login(self, component: Component) -> AccessResult:
        credential, kind = component.credentials.ssh, self._device_type(component.name)
        assert credential is not None
        driver = kind.cli.driver if kind.cli is not None else ""
        target = command_line_of(component, credential, driver, component.source)
        try:
            await self._client.commands(target, [], LOGIN_WITHIN)
        except NotPermittedHere as error:
            return AccessResult("SSH", None, str(error), "try again when fewer devices are read")
        except DeviceError as error:
            return AccessResult("SSH", False, str(error), _remedy(component, error))
        return AccessResult("SSH", True)


def _remedy(component: Component, error: DeviceError) -> str:
    if isinstance(error, AuthenticationRejected):
        return "check the user and the password of its credential (`cmsp-agent secret set`), and the device's own list"
    if isinstance(error, HostKeyChanged):
        return f"where the device was replaced: cmsp-agent component host-key {component.name} --forget"
    if isinstance(error, LegacyAlgorithmsOnly):
        return "write ssh: {legacy: yes} under the component, or give the device a newer key"
    if isinstance(error, NoAlgorithmInCommon):
        return "permit on the device what the agent has; no setting of the agent helps"
    return f"permit {component.ssh.port}/tcp to {component.address}, and turn SSH on: cmsp-agent component setup"
