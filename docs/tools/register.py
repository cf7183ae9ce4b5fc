"""The pages of what the agent says of itself: its alarm types and its counters."""

from cmsp_agent.model.register import GAUGES, REGISTER
from cmsp_agent.pipeline.built_in import BUILT_IN
from docs.tools.markdown import cell, code, page, table


def alarms() -> str:
    """Each alarm type of the agent itself, with its remedy."""
    rows = [
        (
            code(alarm.type),
            alarm.severity.value,
            "yes" if alarm.incident else "no",
            "reported once" if alarm.transient else "cleared",
            cell(alarm.title),
            cell(alarm.recommendation),
        )
        for alarm in BUILT_IN
    ]
    columns = ("type", "severity", "incident", "how it ends", "title", "what helps")
    text = "What every component, and the appliance itself, can suffer."
    return page("Alarm types of the agent", "agent/cmsp_agent/pipeline/alarm_types", text, table(columns, rows))


def counters() -> str:
    """Each counter, and whether it means loss; each gauge."""
    rows = [(code(one.name), cell(one.help), "loss" if one.loss else "", one.label) for one in REGISTER]
    gauges = [(code(one.metric), cell(one.help), one.label) for one in GAUGES]
    text = "`*` stands for a part that varies. What means loss is shown by `cmsp-agent status` and in each heartbeat."
    return page(
        "Counters",
        "agent/cmsp_agent/model/counters",
        text,
        table(("name", "counts", "means", "label"), rows),
        "## Gauges",
        table(("name", "shows", "label"), gauges),
    )
