"""Reading objects with GET and GETNEXT: what to ask next, and what an answer adds. Pure: `session` does the asking.

What goes wrong with one object costs that object: an answer under another OID, none at all, an error-status, a value
that can't be decoded. Objects that went wrong before are asked alone, so that they cost the others nothing.
"""

from collections.abc import Collection, Sequence

from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid, DeviceError
from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp import pdu as pdus
from cmsp_agent.transports.snmp.ber import DecodeError, OidOctets, OidTexts, oid_arcs
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.values import Missing

MOST_OIDS = 60
"""OIDs in one request unless a device wants fewer: with answers of ordinary size the datagram stays within the MTU."""
OTHER_OID = "not in the answer, or under another OID"
TOO_BIG = "one object is too big for an answer"


class Gathering:
    """One reading of several objects of one device.

    Args:
        oids: what is wanted.
        width: the most OIDs that a request may carry; 0 for no known bound.
        alone: those that get a request of their own.
        index_right: whether the error-index of this device is right; None where that is not known.
    """

    def __init__(self, oids: Sequence[str], width: int, alone: Collection[str], index_right: bool | None) -> None:
        together = [oid for oid in oids if oid not in alone]
        size = width or MOST_OIDS
        self._parts = [[oid] for oid in oids if oid in alone]
        self._parts += [together[at : at + size] for at in range(0, len(together), size)]
        self._given_width = width
        self._given_index_right = index_right
        self._alone = alone
        self._suspects: dict[str, bool] = {}
        self._verifying = False
        self.width = width
        self.index_right = index_right
        self.failed: dict[str, str] = {}
        """Objects that the device gives no answer for, with the reason."""
        self.absent: dict[str, str] = {}
        """Objects that the device does not have, where its error-index does not say so: they were found by halving."""
        self.unreadable: dict[str, Unreadable] = {}
        self.unasked = 0
        """Objects in the answers that nobody asked for, or that came twice."""
        self.splits = 0

    @property
    def is_plain(self) -> bool:
        """Whether each object was answered as it was asked, so that nothing was learned of the device."""
        learned = self.unasked or self.splits or self.failed or self.absent
        return not learned and self.width == self._given_width and self.index_right is self._given_index_right

    def next_part(self) -> list[str]:
        """What to ask next; empty at the end."""
        if not self._parts:
            self._check_suspects()
        return self._parts.pop() if self._parts else []

    def take(self, part: list[str], answer: Pdu) -> None:
        """Add the answer to a request for `part`."""
        if not answer.error_status:
            left = self._collect(part, answer)
            if len(left) == len(part):
                self._none_of(part)
            elif left:
                self._parts.append(left)
        elif answer.error_status == pdus.NO_SUCH_NAME:
            self._no_such_name(part, answer.error_index)
        elif len(part) > 1:
            self.width = (len(part) + 1) // 2
            self._halve(part)
        else:  # it was this object, perhaps, not the width: one bad object shall not slow all others for good
            self.width = self._given_width
            too_big = answer.error_status == pdus.TOO_BIG
            self.failed[part[0]] = TOO_BIG if too_big else pdus.error_name(answer.error_status)

    def why_nothing(self, where: str) -> DeviceError:
        """What to raise where none of the objects was answered."""
        oid, reason = next(iter(self.failed.items()))
        refused = reason == pdus.error_name(pdus.AUTHORIZATION_ERROR)
        return (AuthenticationRejected if refused else DeviceAnswerInvalid)(f"{where}: {reason} ({oid})")

    def _collect(self, part: list[str], answer: Pdu) -> list[str]:
        """Take the values of an answer; what must be asked again comes back."""
        raise NotImplementedError

    def _has(self, oid: str) -> bool:
        raise NotImplementedError

    def _none_of(self, part: list[str]) -> None:
        if len(part) > 1:
            self._halve(part)
        else:
            self.failed[part[0]] = OTHER_OID

    def _halve(self, part: list[str]) -> None:
        half = (len(part) + 1) // 2
        self._parts += [part[half:], part[:half]]
        self.splits += 1

    def _no_such_name(self, part: list[str], index: int) -> None:
        """SNMPv1's noSuchName. On most devices, error-index names the object."""
        if len(part) == 1:
            if self.index_right is False or self.splits or part[0] in self._alone:
                self.absent[part[0]] = pdus.error_name(pdus.NO_SUCH_NAME)
            return
        if self.index_right is False or self._verifying or not 0 < index <= len(part):
            self._halve(part)
            return
        self._suspects[part[index - 1]] = 1 < index < len(part)
        self._parts.append(part[: index - 1] + part[index:])

    def _check_suspects(self) -> None:
        """A lone suspect is proven by the others' answer. Of several, any may be a good object that the index hit."""
        if self._verifying:
            self._verifying = False
            if any(self._has(oid) for oid in self._suspects):
                self.index_right = False
            elif any(self._suspects.values()):  # some devices always name the first, or the last
                self.index_right = True
        elif len(self._suspects) > 1 and self.index_right is None:
            self._verifying = True
            self._parts.append(list(self._suspects))


class Objects(Gathering):
    """Objects by their full OIDs, with GET."""

    def __init__(
        self, oids: Sequence[str], width: int, alone: Collection[str], index_right: bool | None, octets: OidOctets
    ) -> None:
        super().__init__(oids, width, alone, index_right)
        self._octets = octets
        self.found: dict[str, Value] = {}

    def _has(self, oid: str) -> bool:
        return oid in self.found or oid in self.unreadable

    def _collect(self, part: list[str], answer: Pdu) -> list[str]:
        if not answer.holes and answer.names == [self._octets[oid] for oid in part]:
            self.found.update(zip(part, answer.values, strict=True))  # type: ignore[arg-type]  # no holes: values only
            return []
        asked = {self._octets[oid]: oid for oid in part}
        for name, value in zip(answer.names, answer.values, strict=True):
            oid = asked.pop(ber.oid_plain(name), None)
            if oid is None:
                self.unasked += 1
            elif isinstance(value, Unreadable):
                self.unreadable[oid] = value
            elif not isinstance(value, Missing):
                self.found[oid] = value
        return list(asked.values())


class Following(Gathering):
    """What follows each OID, with GETNEXT."""

    def __init__(
        self, oids: Sequence[str], width: int, alone: Collection[str], index_right: bool | None, texts: OidTexts
    ) -> None:
        super().__init__(oids, width, alone, index_right)
        self._texts = texts
        self.found: dict[str, tuple[str, Value | Unreadable]] = {}
        self._end = ""
        """Behind which nothing may come, while the last of all is asked."""

    def _has(self, oid: str) -> bool:
        return oid in self.found

    def _no_such_name(self, part: list[str], index: int) -> None:  # noqa: ARG002 (the order says more than the index)
        """SNMPv1's end: nothing comes behind the last of them, at least. The first that has nothing is the end of all.

        Some agents say so in the middle; where the last of all has an answer, none but the one asked is left out.
        """
        if len(part) > 1:
            ordered = sorted(part, key=oid_arcs)
            half = len(ordered) // 2
            self._parts += [ordered[half:], ordered[:half]]
            return
        if self._end:
            self._parts = [[oid for oid in each if oid_arcs(oid) < oid_arcs(self._end)] for each in self._parts]
            self._parts = [each for each in self._parts if each]
            self._end = ""
            return
        behind = sorted(
            (oid for each in self._parts for oid in each if oid_arcs(oid) > oid_arcs(part[0])), key=oid_arcs
        )
        if behind:
            self._end = part[0]
            self._parts = [[oid for oid in each if oid != behind[-1]] for each in self._parts]
            self._parts = [*(each for each in self._parts if each), behind[-1:]]

    def _collect(self, part: list[str], answer: Pdu) -> list[str]:
        self._end = ""
        for oid, name, value in zip(part, answer.names, answer.values, strict=False):
            if isinstance(value, Missing):
                continue
            try:
                self.found[oid] = (self._texts[name], value)
            except DecodeError as error:
                self.failed[oid] = str(error)
        self.unasked += max(0, len(answer.names) - len(part))
        return part[len(answer.names) :]
