"""What every view is."""

from typing import Any

View = dict[str, Any]
