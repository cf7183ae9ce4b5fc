"""The CMSP appliance agent: watches a customer's voice gateways and reports to the head-end."""

__version__ = "0.1.0"
