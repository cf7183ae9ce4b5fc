"""The scenes of the story, in order. What they wait for is what the product promises; see `story` for the form."""

from __future__ import annotations

from tests.lab.agent.picture import IncidentRow, Picture
from tests.lab.demo.story import Scene, Stage

GATEWAYS = ("gw-1", "gw-2", "gw-3")


async def nothing(stage: Stage) -> str:
    """The site just runs."""
    return ""


def all_up(picture: Picture) -> str:
    """Every component is up."""
    waiting = [row.name for row in picture.components if row.state != "up"]
    return f"not up: {', '.join(waiting)}" if waiting or not picture.components else ""


def backed_up(picture: Picture) -> str:
    """Every gateway has a version, and the head-end knows."""
    without = [name for name in GATEWAYS if not (row := picture.component(name)) or row.backups < 1]
    return f"no backup of {', '.join(without)}" if without else caught_up(picture)


def pri_incident(picture: Picture) -> IncidentRow | None:
    """The open incident of gw-1's line."""
    return next((row for row in picture.open_incidents("gw-1") if "0/1/0" in row.title), None)


def outage(picture: Picture) -> IncidentRow | None:
    """The open incident of gw-1 itself."""
    return next((row for row in picture.open_incidents("gw-1") if "0/1/0" not in row.title), None)


def line_failed(picture: Picture) -> str:
    """One incident, major, reported by trap and by syslog."""
    found = pri_incident(picture)
    if found is None:
        return "no incident for the line of gw-1"
    if found.urgency != "major":
        return f"urgency is {found.urgency}, not major"
    reported = [event for event in picture.events if event.component == "gw-1" and event.type == "isdn.layer2.down"]
    if not any({"trap", "syslog"} <= set(event.sources) for event in reported):
        return "trap and syslog are not one event yet"
    return "" if len(picture.open_incidents("gw-1")) == 1 else "more than one incident"


def line_learnt(picture: Picture) -> str:
    """The arithmetic of the line's incident."""
    found = pri_incident(picture)
    assert found is not None
    messages = sum(event.count for event in picture.events if event.component == "gw-1" and event.state == "raise")
    return f"{messages} messages, one incident: {found.number}, {found.priority}: {found.arithmetic}"


def changed(picture: Picture) -> str:
    """A second version, and the change as an event."""
    row = picture.component("gw-1")
    if not any(event.type == "config.changed" and event.component == "gw-1" for event in picture.events):
        return "the change was not noticed"
    return "" if row is not None and row.backups >= 2 else "no second version of gw-1"


def on_its_own(picture: Picture) -> str:
    """The link is down, records wait, and what happens meanwhile is known."""
    if picture.link.waiting == 0:
        return "nothing waits for the head-end"
    return "" if picture.open_incidents("ups-1") else "the UPS on battery was not noticed"


def caught_up(picture: Picture) -> str:
    """Everything is acknowledged."""
    if picture.link.waiting:
        return f"{picture.link.waiting} records wait"
    return "" if picture.link.stored >= picture.link.sent else "the head-end misses some"


def gateway_dead(picture: Picture) -> str:
    """gw-1 is down, what is behind it is inhibited by that, and the incident is critical."""
    states = picture.states()
    if states.get("gw-1") != "down":
        return "gw-1 is not known to be down"
    if (behind := states.get("vg-1", "")) in ("up", "down"):
        return f"vg-1, behind it, is called {behind}"
    if picture.open_incidents("vg-1"):
        return "vg-1 has an incident of its own"
    found = outage(picture)
    if found is None or found.urgency != "critical":
        return "no critical incident for gw-1"
    return "" if (found.people, found.sites, found.parts) == ((100, 400), (1, 4), (2, 8)) else found.arithmetic


def outage_learnt(picture: Picture) -> str:
    """The arithmetic of the outage."""
    found = outage(picture)
    assert found is not None
    text = f"{found.number}, {found.priority}: {found.arithmetic}"
    line = pri_incident(picture)
    return f"{text}\nthe failed line alone was {line.priority}: {line.arithmetic}" if line else text


def recovered(picture: Picture) -> str:
    """All up, no fault left, nothing waiting."""
    if missing := all_up(picture):
        return missing
    if left := picture.open_incidents():
        return f"still open: {', '.join(row.number for row in left)}"
    return caught_up(picture)


SCENES = (
    Scene(
        "A customer with four sites, 400 people, eight components",
        "Paris (100 people): gw-1 is the voice gateway that 60 of them telephone through, by two PRIs of two carriers. "
        "The analog gateway vg-1 (40 people) is behind it, the switch sw-1 before it; ups-1 feeds both. Lyon has "
        "gw-2 and a session border controller, Lille gw-3, Nice an analog adapter. The agent polls each of them every "
        "2 s (in service: 60 s), by SNMP v3 or v2c and by TCP.",
        nothing,
        all_up,
        lambda picture: f"all {len(picture.components)} components answer",
    ),
    Scene(
        "First backups",
        "The agent logs in by SSH, takes each gateway's configuration, checks that it is complete, and stores it "
        "compressed and encrypted. In service: every night, and after each change.",
        lambda stage: stage.back_up(*GATEWAYS),
        backed_up,
        lambda picture: "three configurations are stored and reported to the head-end",
    ),
    Scene(
        "One of gw-1's two PRIs fails",
        "The E1 line loses its signal. gw-1 tells it by three traps and three syslog lines, and polling sees it too: "
        "one incident. Telephony is a primary function of gw-1, but the other PRI carries on: major, not critical.",
        lambda stage: stage.fail_pri(),
        line_failed,
        line_learnt,
        stay=4.0,
    ),
    Scene(
        "Somebody changes gw-1's configuration",
        "Trap and syslog tell of the change; a new backup is taken and compared with the last. In service the agent "
        "waits for two quiet minutes first; here it is asked at once.",
        lambda stage: stage.change_configuration(),
        changed,
        lambda picture: "a second version is stored; what changed:",
    ),
    Scene(
        "The link to the head-end is cut",
        "The site is on its own. In Paris the mains fails and the UPS takes over; in Lyon a port of gw-2 flaps. All is "
        "recorded on the appliance and waits. gw-2 sends informs: acknowledged when they are on the disk, not before.",
        lambda stage: stage.cut_link(),
        on_its_own,
        lambda picture: f"{picture.link.waiting} records wait for the head-end",
        stay=4.0,
    ),
    Scene(
        "The link is back",
        "What waited is sent in order. The head-end answers with the highest number that it has stored, and only then "
        "the agent forgets: nothing is lost, nothing comes twice.",
        lambda stage: stage.mend_link(),
        caught_up,
        lambda picture: f"the head-end has all {picture.link.stored} records",
    ),
    Scene(
        "gw-1 loses power",
        "Three silent polls by SNMP and TCP: gw-1 is down. Paris has no way to the public network left: critical. vg-1 "
        "can't be reached either, but that is inhibited: no second incident. The priority follows from the shares of "
        "people, sites and components; the failed line's own incident waits, since nothing new can be known of it.",
        lambda stage: stage.kill_gateway(),
        gateway_dead,
        outage_learnt,
        stay=4.0,
    ),
    Scene(
        "All recovers",
        "Power, line and mains come back. gw-1 says that it has restarted; faults clear, incidents are restored.",
        lambda stage: stage.recover_all(),
        recovered,
        lambda picture: f"all {len(picture.components)} components are up, no fault is left",
    ),
)
