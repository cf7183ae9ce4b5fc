"""Calls about silences, maintenance windows and planned work: which there are; make one, end one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, caller_of, services_of, text_shown_to
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.silences import SilenceList, SilenceView, SilenceWanted
from cmsp_agent.api.unsafe import Engineer
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.model.component import Component
from cmsp_agent.model.silence import Matcher, Silence
from cmsp_agent.model.times import parse_rfc3339, rfc3339
from cmsp_agent.services.events.silences import SilenceWish

router = APIRouter(prefix="/v1/silences", tags=["silences"])


@router.get("", response_model=SilenceList, dependencies=READING)
async def silences(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """All that are kept, those that are over too."""
    services = services_of(request)
    now = services.clock.now()
    shown = text_shown_to(caller_of(request), services)
    return page(await services.events.silences.all(), after, limit, lambda one: silence_view(one, now, shown))


@router.post("", response_model=SilenceView, status_code=201)
async def make(wish: SilenceWanted, call: Engineer) -> Response:
    """Make one. Faults that it matches open no incident until it ends; of kind `work` it announces changes alone."""

    async def work() -> dict[str, Any]:
        now = call.services.clock.now()
        wanted = _wish(wish, call.caller.name, now)
        _means_something(wanted.matcher, call.services.status.components())
        made = await call.services.events.silences.make(wanted)
        return silence_view(made, now, text_shown_to(call.caller, call.services))

    return await call.change(work, status=201, detail=_audited)


@router.delete("/{silence}", response_model=SilenceView)
async def end(silence: str, call: Engineer) -> Response:
    """End a silence before its time."""

    async def work() -> dict[str, Any]:
        ended = await call.services.events.silences.end(silence, call.caller.name)
        return silence_view(ended, call.services.clock.now(), text_shown_to(call.caller, call.services))

    return await call.change(work, detail=_audited)


def _audited(view: Mapping[str, Any]) -> str:
    """What the audit log keeps of one: which, of what, how long, and why."""
    matched = ", ".join(f"{name} {value}" for name, value in view["matcher"].items())
    when = f"{view['starts_at']} to {view['ends_at']}"
    return f"{view['kind']} {view['id']} of {matched}, {when}: {view['reason']}"


def _wish(wish: SilenceWanted, author: str, now: int) -> SilenceWish:
    starts_at = _time("starts_at", wish.starts_at) if wish.starts_at else now
    if (wish.ends_at is None) == (wish.for_seconds is None):
        raise CallInvalid("either ends_at or for_seconds, not both")
    ends_at = _time("ends_at", wish.ends_at) if wish.ends_at else starts_at + int((wish.for_seconds or 0) * 1000)
    matcher = Matcher(**wish.matcher.model_dump())
    return SilenceWish(wish.kind, matcher, starts_at, ends_at, author, wish.reason)


def _means_something(matcher: Matcher, components: Mapping[str, Component]) -> None:
    """Refuse a site, a component or a group that there is not: nothing would be silenced, and nobody would know."""
    if matcher.is_empty:
        raise CallInvalid("a silence names a site, a component, a group, an alarm type or an object")
    there = {
        "site": {each.site for each in components.values()},
        "component": set(components),
        "group": {each.redundancy for each in components.values()} - {""},
    }
    for what, names in there.items():
        pattern = getattr(matcher, what)
        if pattern and not any(fnmatchcase(name, pattern) for name in names):
            hint = did_you_mean(pattern, names) or "; the file names none"
            raise CallInvalid(f"there is no {what} '{pattern}'{hint}")


def _time(name: str, text: str) -> int:
    try:
        return parse_rfc3339(text)
    except ValueError as error:
        raise CallInvalid(f"{name}: not an RFC 3339 time") from error


def silence_view(silence: Silence, now: int, shown: Callable[[str], str]) -> dict[str, Any]:
    """A silence for people and programs; `shown` makes of a text what the caller may see of it."""
    return {
        "id": silence.id,
        "kind": silence.kind,
        "state": "active" if silence.holds(now) else "pending" if now < silence.starts_at else "over",
        "matcher": {name: shown(value) for name, value in asdict(silence.matcher).items() if value},
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": rfc3339(silence.ends_at),
        "author": silence.author,
        "reason": shown(silence.reason),
        "created_at": rfc3339(silence.created_at),
        "ended_by": silence.ended_by or None,
    }
