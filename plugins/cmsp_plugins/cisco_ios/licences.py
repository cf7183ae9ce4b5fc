"""Licences by the command line: those that are installed (IOS), and smart licensing (IOS-XE 3.15 and later). Data only.

With Smart Licensing Using Policy (IOS-XE 17.3.2 and later) nothing is registered or authorised: only use is shown.
"""

from pathlib import Path

from cmsp_agent.plugin.api import ShownKpi, ShownState, ShownTable

FOLDER = Path(__file__).parent / "show"
IN_USE = ("LICENSE_STATE", r"^active, in use")
SMART_IN_USE = ("STATUS", r"^(?!NOT IN USE|INIT|WAITING)")
REFUSED = r"^(?:OUT OF COMPLIANCE|(?:EVAL|AUTHORIZATION) EXPIRED|NOT AUTHORIZED)"


def _own(name: str) -> str:
    return (FOLDER / f"{name}.textfsm").read_text("utf-8")


INSTALLED = ShownTable(
    "show license",
    "cisco_ios_show_license",
    kpis=(
        ShownKpi("licence.in_use", "licences", where=(IN_USE,)),
        ShownKpi("licence.evaluation", "licences", where=(IN_USE, ("LICENSE_TYPE", "^eval"))),
    ),
)

SMART_USE = ShownTable(
    "show license summary",
    _own("license_summary"),
    header=r"^\s*License Usage:|^\s*No licenses in use",
    kpis=(
        ShownKpi("licence.smart.kinds", "licences", where=(SMART_IN_USE,)),
        ShownKpi("licence.smart.in_use", "licences", "COUNT", row=("{NAME}", "{TAG}"), where=(SMART_IN_USE,)),
        ShownKpi("licence.smart.evaluation", "licences", where=(("STATUS", "^EVAL MODE"),)),
        ShownKpi("licence.smart.refused", "licences", where=(("STATUS", REFUSED),)),
    ),
)

SMART_STATE = ShownTable(
    "show license status",
    _own("license_status"),
    states=(
        ShownState(
            "licence.registration",
            (),
            raises=("REGISTRATION", r"FAILED|EXPIRED"),
            clears=("REGISTRATION", r"^REGISTERED"),
            once_clear=True,
        ),
        ShownState(
            "licence.authorisation",
            (),
            raises=("AUTHORISATION", REFUSED),
            clears=("AUTHORISATION", r"^(?:AUTHORIZED|RESERVED)"),
        ),
        ShownState(
            "licence.communication",
            (),
            raises=("COMMUNICATION", r"^FAIL"),
            clears=("COMMUNICATION", r"^SUCCEEDED"),
        ),
    ),
)

TABLES = (INSTALLED, SMART_USE, SMART_STATE)
