"""Interfaces that have no counters of 64 bits, where others of the device have them. Pure."""

from dataclasses import replace

from cmsp_agent.services.polling.plan import Plan, PlannedKpi
from cmsp_agent.services.polling.samples import Answers


def with_spares(plan: Plan, answers: Answers) -> Plan:
    """The plan, with counters of 32 bits beside those of 64 that lack rows (RFC 2863: below 20 Mbit/s they may)."""
    indexes = {index for each in plan.kpis if each.kpi.per == "interface" for index in answers.rows(each.oid)}
    lacking = {each: replace(each, spare=each.kpi.oids[1]) for each in plan.kpis if _lacks(each, indexes, answers)}
    return replace(plan, kpis=tuple(lacking.get(each, each) for each in plan.kpis)) if lacking else plan


def _lacks(planned: PlannedKpi, indexes: set[str], answers: Answers) -> bool:
    kpi = planned.kpi
    is_wide = kpi.kind == "counter64" and kpi.per == "interface" and planned.oid == kpi.oids[0] and len(kpi.oids) > 1
    rows = answers.rows(planned.oid)
    return is_wide and not planned.spare and bool(rows) and not indexes <= rows.keys()
