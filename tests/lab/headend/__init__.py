"""The reference head-end: `Headend` in a test's own process, or `python -m tests.lab.headend`."""

from tests.lab.headend.faults import Fault, Kind
from tests.lab.headend.server import Headend
from tests.lab.headend.store import Store, Stored

__all__ = ["Fault", "Headend", "Kind", "Store", "Stored"]
