"""Compile the modules that `cmsp_agent/compiled.txt` names where CMSP_COMPILE=1 asks for it; see pyproject.toml."""

import os
from pathlib import Path

from setuptools import setup

SOURCES = Path("agent")


def extensions() -> list[object]:
    """The compiled modules, as one library beside them."""
    if os.environ.get("CMSP_COMPILE") != "1":
        return []
    from mypyc.build import mypycify

    names = (SOURCES / "cmsp_agent/compiled.txt").read_text().split()
    sources = [str(SOURCES / f"{name.replace('.', '/')}.py") for name in names]
    return mypycify(sources, opt_level="3", debug_level="0", group_name="cmsp_agent")


setup(ext_modules=extensions())
