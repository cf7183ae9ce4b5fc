"""Security events of the appliance and of the devices."""
