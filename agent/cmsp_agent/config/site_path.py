"""Where the partner's file is unless somebody says otherwise."""

from pathlib import Path

DEFAULT_FILE = Path("/etc/cmsp-agent/site.yaml")
