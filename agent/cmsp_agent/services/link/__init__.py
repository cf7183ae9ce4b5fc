"""Forwarding to the head-end: the outbox in order and exactly once, and the heartbeat beside it."""

from cmsp_agent.services.link.budget import Budget
from cmsp_agent.services.link.forwarder import Forwarder
from cmsp_agent.services.link.heartbeat import Heartbeat

__all__ = ["Budget", "Forwarder", "Heartbeat"]
