"""What a reload can't change until the next start. Only compares: `main` reports it."""

from collections.abc import Mapping

from cmsp_agent.config.configuration import Configuration


def standing(configuration: Configuration) -> Mapping[str, object]:
    """The values that are used once, when the agent starts, by their keys in the file."""
    appliance, headend, api = configuration.appliance, configuration.headend, configuration.api
    return {
        "appliance.name": (appliance.name, appliance.id),
        "appliance.next_hop": appliance.next_hops,
        "appliance.recovery_key": appliance.recovery_key,
        "appliance.storage": (appliance.state, appliance.backups, appliance.outbox_budget),
        "headend": bool(headend.urls and headend.tls),
        "headend.heartbeat": headend.heartbeat,
        "headend.pace": headend.pace,
        "api.listen": (api.listen, api.tls),
        "api.socket": api.socket,
        "listen": configuration.listen,
    }


def after_restart(started: Configuration, now: Configuration) -> list[str]:
    """The keys whose new values take effect at the next start only."""
    before, wanted = standing(started), standing(now)
    return [key for key, value in wanted.items() if value != before[key]]
