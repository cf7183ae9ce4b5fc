"""The commands, by group."""

from collections.abc import Callable

from cmsp_agent.cli import (
    alarms,
    audit,
    backup_checks,
    backup_history,
    backup_keys,
    backup_transfer,
    backups,
    component_setup,
    component_test,
    components,
    configuration,
    diagnostics,
    emergency,
    events,
    hostkeys,
    incidents,
    inventory,
    jobs,
    kpis,
    order,
    outbox,
    recovery,
    restores,
    revisions,
    rules,
    secrets,
    silences,
    thresholds,
    tunnel,
)
from cmsp_agent.cli.plugin import running, types, writing
from cmsp_agent.cli.tool import configurations, identify, syslog, trap

Commands = dict[str, Callable[..., None]]
GROUPS: dict[str, tuple[str, Commands]] = {
    "component": (
        "Components: list, show, KPIs, poll now, set up, test, SSH host keys.",
        {
            "list": components.component_list,
            "show": components.component_show,
            "kpis": components.component_kpis,
            "poll": components.component_poll,
            "setup": component_setup.component_setup,
            "test": component_test.component_test,
            "host-key": hostkeys.host_key,
        },
    ),
    "event": ("Events: show one, and what was received of it.", {"show": events.event_show}),
    "incident": (
        "Incidents: list, show, acknowledge, note, report, resolve, close.",
        {
            "list": incidents.incident_list,
            "show": incidents.incident_show,
            "acknowledge": incidents.incident_acknowledge,
            "note": incidents.incident_note,
            "close": incidents.incident_close,
            "report": incidents.incident_report,
            "resolve": incidents.incident_resolve,
        },
    ),
    "backup": (
        "Configuration backups: list, show, diff, search, verify, accept, run now, recover, and whose they are.",
        {
            "list": backups.backup_list,
            "show": backups.backup_show,
            "diff": backup_history.backup_diff,
            "changes": backup_history.backup_changes,
            "plan": backup_history.backup_plan,
            "export": backup_transfer.backup_export,
            "import": backup_transfer.backup_import,
            "run": backups.backup_run,
            "restore": restores.backup_restore,
            "accept": backup_checks.backup_accept,
            "grep": backup_checks.backup_grep,
            "known-good": backup_checks.backup_known_good,
            "recover": recovery.backup_recover,
            "restore-key": recovery.backup_restore_key,
            "new-set": recovery.backup_new_set,
            "recovery-key": backup_keys.backup_recovery_key,
            "rehearse": backup_checks.backup_rehearse,
            "rotate-key": backup_keys.backup_rotate_key,
            "verify": backup_checks.backup_verify,
        },
    ),
    "inventory": (
        "The inventory: list, show, what changed, export as CSV.",
        {
            "list": inventory.inventory_list,
            "show": inventory.inventory_show,
            "history": inventory.inventory_history,
            "export": inventory.inventory_export,
        },
    ),
    "job": ("Jobs: list, show, cancel.", {"list": jobs.job_list, "show": jobs.job_show, "cancel": jobs.job_cancel}),
    "kpi": ("KPIs over time: graph.", {"graph": kpis.kpi_graph}),
    "config": (
        "The configuration file: check, schema, show; apply, confirm, history, diff.",
        {
            "apply": revisions.config_apply,
            "check": configuration.config_check,
            "confirm": revisions.config_confirm,
            "diff": revisions.config_diff,
            "history": revisions.config_history,
            "schema": configuration.config_schema,
            "show": configuration.config_show,
        },
    ),
    "diagnose": (
        "Look at a component from afar: ping, traceroute, TCP, SIP, SNMP, read-only commands.",
        {
            "ping": diagnostics.diagnose_ping,
            "traceroute": diagnostics.diagnose_traceroute,
            "tcp": diagnostics.diagnose_tcp,
            "sip": diagnostics.diagnose_sip,
            "get": diagnostics.diagnose_get,
            "walk": diagnostics.diagnose_walk,
            "command": diagnostics.diagnose_command,
        },
    ),
    "alarm": ("Alarms: list, acknowledge, suppress, clear.", alarms.COMMANDS),
    "silence": (
        "Silences: add, list, end.",
        {"add": silences.silence_add, "list": silences.silence_list, "end": silences.silence_end},
    ),
    "maintenance": (
        "Maintenance windows from now on: start, list, end.",
        {
            "start": silences.maintenance_start,
            "list": silences.maintenance_list,
            "end": silences.silence_end,
        },
    ),
    "work": (
        "Planned work: announce, list, end.",
        {"announce": silences.work_announce, "list": silences.work_list, "end": silences.work_end},
    ),
    "rules": (
        "Rules: check, test, replay, explain.",
        {
            "check": rules.rules_check,
            "test": rules.rules_test,
            "replay": rules.rules_replay,
            "explain": rules.rules_explain,
        },
    ),
    "plugin": (
        "Plugins: list, take out of quarantine; write, check and test one.",
        {
            "list": running.plugin_list,
            "show": writing.plugin_show,
            "new": writing.plugin_new,
            "check": writing.plugin_check,
            "test": writing.plugin_test,
            "traps": writing.plugin_traps,
            "clear": running.plugin_clear,
        },
    ),
    "order": (
        "The order: its term and contracts, and what each component gets.",
        {"show": order.order_show, "services": order.order_services},
    ),
    "outbox": (
        "What waits for the head-end: list, show, retry, drop, check, repair.",
        {
            "list": outbox.outbox_list,
            "show": outbox.outbox_show,
            "retry": outbox.outbox_retry,
            "drop": outbox.outbox_drop,
            "check": outbox.outbox_check,
            "repair": outbox.outbox_repair,
        },
    ),
    "audit": ("The audit log: verify.", {"verify": audit.audit_verify}),
    "tunnel": (
        "The tunnel: status, test, run.",
        {"run": tunnel.tunnel_run, "status": tunnel.tunnel_status, "test": tunnel.tunnel_test},
    ),
    "clock": ("The appliance's clock: confirm.", {"confirm": outbox.clock_confirm}),
    "tool": (
        "What the agent makes of an input or of a device; needs no running agent.",
        {
            "clean": configurations.tool_clean,
            "identify": identify.tool_identify,
            "redact": configurations.tool_redact,
            "syslog": syslog.tool_syslog,
            "trap": trap.tool_trap,
        },
    ),
    "emergency": (
        "Emergency numbers: list the ways to them, and the calls of sites that were cut off.",
        {"list": emergency.emergency_list, "calls": emergency.emergency_calls},
    ),
    "threshold": ("Thresholds of KPIs: list.", {"list": thresholds.threshold_list}),
    "type": ("Device types: list, show.", {"list": types.type_list, "show": types.type_show}),
    "secret": (
        "Secrets: set, list, delete.",
        {"set": secrets.secret_set, "list": secrets.secret_list, "delete": secrets.secret_delete},
    ),
}
