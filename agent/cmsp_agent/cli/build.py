"""What this build is: its version, and which of its modules are compiled. Reads files; imports none of the modules."""

import platform
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.resources import files
from importlib.util import find_spec

from cmsp_agent import __version__


def modules() -> list[str]:
    """The modules that are compiled when the wheel for the package is built."""
    return (files("cmsp_agent") / "compiled.txt").read_text().split()


def is_compiled(module: str) -> bool:
    """Whether an import of the module loads machine code."""
    spec = find_spec(module)
    return spec is not None and (spec.origin or "").endswith(tuple(EXTENSION_SUFFIXES))


def describe() -> Iterator[str]:
    """The answer to `--version --verbose`, line by line."""
    found = {module: is_compiled(module) for module in modules()}
    yield f"cmsp-agent {__version__}"
    yield f"Python {platform.python_version()}"
    yield f"compiled modules: {sum(found.values())} of {len(found)}"
    for module, compiled in found.items():
        yield f"  {module}: {'compiled' if compiled else 'interpreted'}"
