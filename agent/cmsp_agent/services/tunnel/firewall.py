"""The rules of the tunnel's firewall, as nft reads them. Pure text from checked values; it loads nothing."""

import ipaddress

from cmsp_agent.model.tunnel import TunnelSettings

TABLE = "cmsp_tunnel"


def ruleset(interface: str, settings: TunnelSettings, api_port: int) -> str:
    """Let in the API's port from the head-end's addresses, answers, and nothing else; forward nothing.

    Args:
        interface: of the tunnel.
        settings: whose peers may call.
        api_port: the agent's.
    """
    allowed = [ipaddress.ip_network(text) for peer in settings.peers for text in peer.allowed]
    calls = [
        f'iifname "{interface}" {family} saddr {network} tcp dport {api_port} accept'
        for network in allowed
        for family in ["ip" if network.version == 4 else "ip6"]
    ]
    inward = [
        f'iifname != "{interface}" accept',
        "ct state established,related accept",
        *calls,
        f'iifname "{interface}" drop',
    ]
    through = [f'iifname "{interface}" drop', f'oifname "{interface}" drop']
    return "\n".join(
        (
            f"table inet {TABLE}",
            f"delete table inet {TABLE}",
            f"table inet {TABLE} {{",
            *_chain("input", inward),
            *_chain("forward", through),
            "}",
            "",
        )
    )


def _chain(hook: str, rules: list[str]) -> list[str]:
    body = (f"    {rule}" for rule in rules)
    return [f"  chain {hook} {{", f"    type filter hook {hook} priority -10; policy accept;", *body, "  }"]
