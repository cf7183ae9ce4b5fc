"""AudioCodes gateways and session border controllers."""
