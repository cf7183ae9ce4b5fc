"""What the SNMP client and the receiver share: keys, the texts of OIDs, and the times that engines have signed."""

from dataclasses import dataclass, field

from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.timeliness import SignedTimes


@dataclass(frozen=True, slots=True)
class SharedSnmp:
    """One of each, for the client and the decoder of notifications."""

    ring: KeyRing = field(default_factory=KeyRing, repr=False)
    texts: OidTexts = field(default_factory=OidTexts)
    times: SignedTimes = field(default_factory=SignedTimes)
