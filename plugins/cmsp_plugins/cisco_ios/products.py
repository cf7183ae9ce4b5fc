"""Model of a gateway by its sysObjectID, for those whose ENTITY-MIB names none: what `products.tsv` says."""

from importlib.resources import files

CISCO_PRODUCTS = "1.3.6.1.4.1.9.1"
"""CISCO-PRODUCTS-MIB ciscoProducts: every ISR, VG, Catalyst and ASR; sysDescr says which of them run IOS."""
_ROWS = (files("cmsp_plugins.cisco_ios") / "products.tsv").read_text("utf-8").splitlines()[1:]
PRODUCTS = tuple((f"{CISCO_PRODUCTS}.{number}", model) for number, _, model in (row.partition("\t") for row in _ROWS))
