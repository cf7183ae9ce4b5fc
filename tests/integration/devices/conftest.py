"""Real devices for the tests of this folder: one lab for all of them, as root only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.devices.commands import missing_programs
from tests.lab.devices.lab import RealLab


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder make namespaces."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.root)


@pytest.fixture(scope="session")
def real_device_programs() -> None:
    """What the lab runs is installed; the test is skipped where it isn't."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)}: run `make test-packages` as root")


@pytest.fixture
def lab(real_device_programs: None, tmp_path: Path) -> Iterator[RealLab]:
    """Two devices, and the agent's side at 10.77.0.1."""
    with RealLab(2, tmp_path) as lab:
        yield lab
