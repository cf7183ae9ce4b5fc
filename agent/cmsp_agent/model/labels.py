"""Names that a device gives to its parts. A name that contains the state is not used: the row number is."""

import re

_STATE = re.compile(
    r"\b(normal|warning|critical|shut ?down|not ?present|not ?functioning|not ?exist|ok|okay|good|bad|fault|faulty"
    r"|fail|failed|failure|absent|present|removed|missing|online|offline|up|down|on|off|active|inactive|enabled"
    r"|disabled|unknown|degraded|alarm|error|invalid|running|stopped|stalled|lost|connected|disconnected|healthy"
    r"|unhealthy|ready|operational|tripped)\b\s*(?=$|[,;:)\]/])",
    re.IGNORECASE,
)


def labelled(label: str, index: str) -> str:
    """The object of a row: its label, or its index where the label changes with the state (`Sw1, PS1 Normal`)."""
    return index if index and _STATE.search(label) else label
