"""The machine that the agent runs on: its time, its random numbers, its threads and its network.

Nothing below `app` makes any of these itself, so that a whole agent runs on a simulated machine as well.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom

from cmsp_agent.aio.clock import Clock, SystemClock
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.ids import NewId, Octets, uuid7
from cmsp_agent.transports.network import Network


@dataclass(frozen=True, slots=True)
class Machine:
    """The real machine, unless another is given."""

    clock: Clock = field(default_factory=SystemClock)
    threads: Threads = SYSTEM_THREADS
    network: Network = field(default_factory=Network)
    chance: Callable[[], float] = SystemRandom().random
    """A random number from 0 to 1."""
    new_id: NewId = uuid7
    octets: Octets = os.urandom
    """Random octets; keys, nonces and salts never come from here, but from the kernel alone."""


REAL = Machine()
