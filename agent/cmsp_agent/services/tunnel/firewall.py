"""The rules of the tunnel's firewall, as nft reads them. Pure text from checked values; it loads nothing."""

import ipaddress
from collections.abc import Sequence

from cmsp_agent.model.tunnel import TunnelSettings

TABLE = "cmsp_tunnel"


def ruleset(interface: str, settings: TunnelSettings, api_port: int, devices: Sequence[str] = ()) -> str:
    """Let in the API's port from the head-end's addresses, answers, and nothing else; forward to these devices only.

    Our own address in the tunnel is reached through the tunnel alone.

    What is forwarded comes to a device from the appliance's own address: it needs no route to the head-end.

    Args:
        interface: of the tunnel.
        settings: whose peers may call.
        api_port: the agent's.
        devices: addresses that the head-end may reach.
    """
    allowed = [ipaddress.ip_network(text) for peer in settings.peers for text in peer.allowed]
    calls = [
        f'iifname "{interface}" {family} saddr {network} tcp dport {api_port} accept'
        for network in allowed
        for family in ["ip" if network.version == 4 else "ip6"]
    ]
    ours = ipaddress.ip_interface(settings.address).ip
    inward = [
        # Linux answers for every address of its own on every interface: a neighbour could ask for the tunnel's
        f'iifname != {{ "{interface}", "lo" }} {"ip" if ours.version == 4 else "ip6"} daddr {ours} drop',
        f'iifname != "{interface}" accept',
        "ct state established,related accept",
        *calls,
        f'iifname "{interface}" drop',
    ]
    ways = [
        f"{family} saddr {network} {family} daddr {device}"
        for network in allowed
        for device in devices
        for family in ["ip" if network.version == 4 else "ip6"]
        if ipaddress.ip_address(device).version == network.version
    ]
    through = [
        *([f'oifname "{interface}" ct state established,related accept'] if ways else []),
        *(f'iifname "{interface}" {way} accept' for way in ways),
        f'iifname "{interface}" drop',
        f'oifname "{interface}" drop',
    ]
    return "\n".join(
        (
            f"table inet {TABLE}",
            f"delete table inet {TABLE}",
            f"table inet {TABLE} {{",
            *_chain("input", inward),
            *_chain("forward", through),
            *(_chain("postrouting", [f"{way} masquerade" for way in ways], kind="nat", priority=100) if ways else ()),
            "}",
            "",
        )
    )


def _chain(hook: str, rules: list[str], kind: str = "filter", priority: int = -10) -> list[str]:
    body = (f"    {rule}" for rule in rules)
    return [f"  chain {hook} {{", f"    type {kind} hook {hook} priority {priority}; policy accept;", *body, "  }"]
