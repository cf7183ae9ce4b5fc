"""Notifications of APC's PowerNet MIB, the commonest UPS: what `powernet.tsv` says."""

from importlib.resources import files

from cmsp_agent.plugin.api import read_traps

FOUND, TRAPS = read_traps((files("cmsp_plugins.generic_snmp") / "powernet.tsv").read_text("utf-8"))
ALARMS = tuple(alarm for alarm in FOUND if alarm.type.startswith("apc."))
"""`ups.on_battery` and `ups.battery_low` are those of `ups`."""
