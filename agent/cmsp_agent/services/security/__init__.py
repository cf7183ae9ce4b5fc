"""What bears on the security of the appliance and of what it watches."""
