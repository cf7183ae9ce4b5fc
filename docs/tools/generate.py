"""Write the generated documents, or with --check compare them with what stands in the repository."""

import argparse
import json
import sys
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

from docs.tools import api, cli, completion, configuration, device_types, hooks, kpis, manual, register, user

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = "docs/reference"


def as_json(document: Any) -> str:
    """JSON as it is kept in the repository."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


DOCUMENTS: dict[str, Callable[[], str]] = {
    f"{REFERENCE}/configuration.md": configuration.render,
    f"{REFERENCE}/site.schema.json": lambda: as_json(configuration.site_schema()),
    f"{REFERENCE}/cli.md": cli.render,
    f"{REFERENCE}/api.md": api.render,
    f"{REFERENCE}/openapi.json": lambda: as_json(api.openapi()),
    f"{REFERENCE}/hooks.md": lambda: hooks.render(ROOT),
    f"{REFERENCE}/device-types.md": device_types.render,
    f"{REFERENCE}/kpis.md": kpis.render,
    f"{REFERENCE}/alarms.md": register.alarms,
    f"{REFERENCE}/counters.md": register.counters,
    "docs/user/device-types.md": lambda: user.device_types(ROOT),
    "docs/user/troubleshooting.md": user.troubleshooting,
    "packaging/completion/cmsp-agent": completion.render,
    "packaging/man/cmsp-agent.8": manual.render,
}


def stale(name: str, text: str) -> str:
    """How the stored document differs from `text`; empty where it doesn't."""
    path = ROOT / name
    stored = path.read_text() if path.exists() else ""
    return "".join(
        unified_diff(stored.splitlines(True), text.splitlines(True), f"stored {name}", f"generated {name}", n=1)
    )


def main(arguments: list[str]) -> int:
    """Write all, or check all: 1 where a stored document is not what the code says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    texts = {name: render() for name, render in DOCUMENTS.items()}
    if not check:
        for name, text in texts.items():
            path = ROOT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return 0
    differences = [difference for name, text in texts.items() if (difference := stale(name, text))]
    for difference in differences:
        print(difference[:4000])
    print("generated documents are out of date: `make docs`" if differences else "generated documents are up to date")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
