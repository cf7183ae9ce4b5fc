"""Polling, the inventory, and the SNMP engine under both."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "component",
        {
            "inventory.not_stored": "Inventories that could not be stored",
            "polls.not_stored": "Polls whose outcome could not be stored",
            "polls.seen_well_not_stored": "Polls whose list of healthy objects could not be stored",
            "polls.starts_not_stored": "Polls after which what a device said of its start could not be stored",
            "polls.unreadable": "Objects of polls whose value could not be decoded",
            "series.not_stored": "Samples of KPIs that could not be stored",
        },
        loss=True,
    ),
    *declared(
        "address",
        {
            "snmp.columns.cut": "Columns that had more rows than are read",
            "snmp.columns.failed": "Columns that could not be read",
            "snmp.objects.failed": "Objects that could not be read",
            "snmp.pages.lost": "Pages of a table that were not answered",
        },
        loss=True,
    ),
    *declared(
        "component",
        {
            "commands.done": "Readings of show commands",
            "icmp.not_permitted": "Pings that the kernel does not permit the agent",
            "polls.done": "Polls that were carried out",
            "polls.not_confirming": "Extra polls left out because the component had just been polled",
            "polls.to_confirm": "Extra polls that check a fault which only a message reported",
            "polls.late": "Polls that began late",
            "polls.skipped": "Polls left out because the one before still ran",
            "tcp.not_permitted": "Connections that the kernel does not permit the agent",
        },
    ),
    *declared(
        "reason",
        {
            "commands.failed": "Readings of show commands that failed, by the reason",
            "polls.failed": "Polls that got no answer, by the reason",
            "polls.partial": "Polls that were answered in part",
            "snmp.reports": "Reports of SNMPv3 engines",
            "snmp.socket_errors": "Errors that the kernel reported for a peer",
        },
    ),
    *declared(
        "address",
        {
            "snmp.answers.double": "Answers that came twice",
            "snmp.answers.doubtful": "Answers taken only where no better one came: not all in them is as asked",
            "snmp.answers.late": "Answers to requests that were given up already",
            "snmp.answers.malformed": "Answers that could not be read",
            "snmp.answers.other_address": "Answers that came from another address of the device",
            "snmp.answers.other_address_refused": "Answers that were not taken because another address sent them",
            "snmp.answers.unasked": "Answers to requests that were never sent",
            "snmp.answers.unasked_objects": "Objects in answers that were not asked for",
            "snmp.answers.untrue": "Answers that failed their authentication, or are of another request",
            "snmp.engines.boots_reset": "SNMPv3 engines whose count of boots went back",
            "snmp.engines.discovered": "SNMPv3 engines discovered",
            "snmp.engines.forgotten": "SNMPv3 engines discovered again because they did not answer",
            "snmp.engines.resynchronised": "SNMPv3 engines whose time was taken from an unauthenticated report",
            "snmp.requests.repeated": "Requests sent again",
            "snmp.requests.send_buffer_full": "Requests that the full send buffer did not take; they are sent again",
            "snmp.requests.split": "Requests that were split because the device did not answer the whole",
        },
    ),
)

GAUGES = (
    Gauge(
        "polls.worst_lateness_s",
        "polls.worst_lateness_seconds",
        "Seconds by which the latest of all polls began after its time",
    ),
)
