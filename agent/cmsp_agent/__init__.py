"""The CMSP appliance agent: watches a customer's voice gateways and tells the head-end."""
