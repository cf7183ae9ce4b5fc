"""A disk whose power is cut: what a process wrote and synced, and every state in which the disk may be found."""

from tests.lab.disk.cuts import Disk, Loss
from tests.lab.disk.journal import Step, compiler, preloaded, recorded_run, steps

__all__ = ["Disk", "Loss", "Step", "compiler", "preloaded", "recorded_run", "steps"]
