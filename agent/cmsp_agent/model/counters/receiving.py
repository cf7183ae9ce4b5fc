"""Receiving traps and syslog: what came, and what did not get through."""

from cmsp_agent.model.counters.declaration import Counter, Gauge, declared

COUNTERS: tuple[Counter, ...] = (
    *declared(
        "component",
        {
            "syslog.not_stored": "Syslog messages that could not be stored",
            "traps.not_stored": "Notifications that could not be stored",
            "traps.refused_of": "Notifications of a component that were refused, for whatever reason",
            "syslog.dropped": "Syslog messages dropped because the receive queue was full",
            "syslog.empty": "Syslog messages without content",
            "syslog.truncated": "Syslog messages cut because they were too long",
            "traps.dropped": "Notifications dropped because the receive queue was full",
            "traps.malformed": "Notifications that could not be read",
            "traps.unreadable": "Bindings of notifications whose value could not be decoded",
        },
        loss=True,
    ),
    *declared(
        "reason",
        {
            "traps.refused": "Notifications refused: wrong community, user or key",
            "*.acknowledge.failed": "Informs that could not be answered",
            "*.answers_failed": "Answers that could not be sent",
            "*.datagram.failed": "Messages over which the reader failed",
            "*.receive_errors": "Errors of a socket while receiving",
            "*.give_up.failed": "Batches that were not stored, of which not all could be taken back",
            "*.slice.failed": "Slices of messages that were read again one by one",
            "*.turned_away": "Connections closed at once: no descriptor was free, or too many were open",
        },
        loss=True,
    ),
    *declared(
        "component",
        {
            "syslog.continued": "Further lines of a message",
            "syslog.messages": "Syslog messages read",
            "syslog.other_text": "Syslog messages whose text is no UTF-8; the octets are kept",
            "traps.informs_answered": "Informs answered after the commit",
            "traps.received": "Notifications received",
            "traps.unauthenticated": "Notifications without authentication",
            "traps.other_*": "Notifications with another community or user than was agreed",
        },
    ),
    *declared(
        "address",
        {
            "syslog.relayed": "Messages that a relay passed on",
            "syslog.split": "Messages that shared a datagram with others",
            "traps.informs_repeated": "Informs that a device sent again, as it had no acknowledgement",
            "traps.relayed": "Notifications that a relay passed on",
            "*.idle_closed": "Streams closed because they said nothing",
            "*.paused": "Streams that were made to wait",
            "*.truncated": "Messages of streams cut because they were too long",
            "*.unterminated": "Messages of streams that nothing ended",
        },
    ),
    *declared(
        "reason",
        {
            "traps.reports": "SNMPv3 reports sent to devices",
            "*.datagrams": "Datagrams received",
            "*.messages": "Messages received over streams",
        },
    ),
    *declared(
        "address",
        {
            "*.crowded_out": "Connections closed in favour of others",
            "*.framing_errors": "Streams closed because their framing could not be read",
            "*.half_frames": "Syslog messages that a connection's end cut off",
            "syslog.run_together": "Syslog messages with what looks like another in the middle; they are kept whole",
            "*.miscounted": "Octet counts that were wrong",
            "*.refused": "Connections refused because there were too many",
            "*.expired": "TLS handshakes that failed because the sender's certificate has expired or is not valid yet",
            "*.handshake_ended": "TLS handshakes that the sender did not finish",
            "*.handshake_failed": "TLS handshakes that failed for another reason",
            "*.no_certificate": "TLS handshakes without a certificate of the sender",
            "*.no_tls": "Connections to a TLS port that speak no TLS",
            "*.unknown_authority": "TLS handshakes with a certificate that is not of the accepted authority",
            "*.unknown_sender": "Messages of senders that are no component",
        },
        loss=True,
    ),
)

GAUGES = (
    Gauge("*.waiting", "receiver.waiting", "Messages that wait to be read", "receiver"),
    Gauge("*.buffer", "receiver.buffer_bytes", "Octets of the receive buffer that the kernel granted", "receiver"),
    Gauge(
        "*.kernel_dropped",
        "receiver.kernel_dropped",
        "Datagrams that the kernel dropped since the socket was opened",
        "receiver",
    ),
    Gauge("*.connections", "receiver.connections", "Connections that are open", "receiver"),
)
