"""A team's audit log: what happened, and who opened which record, newest first.

Two tables that grow for ever are read here, so a page begins where the last one ended,
by an index, and is not counted out from the beginning.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from children import queries as children
from mavis.models import (
    AccessEvent,
    ActivityEvent,
    EventKind,
    Team,
    TeamMembership,
    User,
)

# What stands in the place of a kind of event, and of a person.
OPENED = "opened"
NOBODY = "mavis"
# Who did what nobody did who is known to Mavis.
NOT_KNOWN, COMMAND_LINE = "Not known", "Command line"
DONE_BY = {
    EventKind.LOG_IN_FAILED: NOT_KNOWN,
    EventKind.LOG_IN_LOCKED: NOT_KNOWN,
    EventKind.USER_CREATED: COMMAND_LINE,
    EventKind.USER_CHANGED: COMMAND_LINE,
    EventKind.TEAM_CREATED: COMMAND_LINE,
    EventKind.SCHOOLS_LOADED: COMMAND_LINE,
    EventKind.KEYS_ROTATED: COMMAND_LINE,
}
# A name may be like many: the most alike are enough.
CHILDREN_MEANT = 50

Event = ActivityEvent | AccessEvent


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the log is wanted. Blank parts leave nothing out."""

    kind: str = ""
    person: str = ""
    child: str = ""
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The place of one event in the log: of two at one moment, openings are older."""

    at: datetime.datetime
    source: int
    pk: int

    @classmethod
    def of(cls, event: Event) -> "Position":
        return cls(event.at, int(isinstance(event, ActivityEvent)), event.pk)

    @classmethod
    def read(cls, text: str) -> "Position | None":
        """Return the position that an address names, if it is one."""
        found = re.fullmatch(r"([0-9]{1,17})-([01])-([0-9]{1,18})", text)
        if found is None:
            return None
        microseconds, source, pk = (int(number) for number in found.groups())
        try:
            at = _EPOCH + datetime.timedelta(microseconds=microseconds)
        except OverflowError:
            return None
        return cls(at, source, pk)

    def __str__(self) -> str:
        microseconds = (self.at - _EPOCH) // datetime.timedelta(microseconds=1)
        return f"{microseconds}-{self.source}-{self.pk}"


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def older(
    team: Team, wanted: Wanted, *, than: Position | None, most: int
) -> list[Event]:
    """Return the events next below a position, or from the top, newest first."""
    found: list[Iterable[Event]] = [
        each.order_by("-at", "-pk")[:most] for each in _wanted(team, wanted, below=than)
    ]
    return list(islice(merge(*found, key=Position.of, reverse=True), most))


def newer(team: Team, wanted: Wanted, *, than: Position, most: int) -> list[Event]:
    """Return the events next above a position, newest first."""
    found: list[Iterable[Event]] = [
        each.order_by("at", "pk")[:most] for each in _wanted(team, wanted, above=than)
    ]
    return list(islice(merge(*found, key=Position.of), most))[::-1]


def all_events(team: Team, wanted: Wanted, *, at_a_time: int) -> Iterator[list[Event]]:
    """Yield all that is wanted of the log, newest first, so many at a time."""
    than: Position | None = None
    while events := older(team, wanted, than=than, most=at_a_time):
        yield events
        than = Position.of(events[-1])


def people_in_log(team: Team) -> list[tuple[int, str]]:
    """Return the people of a team and those who have been, by id, with their names."""
    theirs = {"by": OuterRef("pk"), "team": team}
    return list(
        User.objects.filter(
            Exists(ActivityEvent.objects.filter(**theirs))
            | Exists(AccessEvent.objects.filter(**theirs))
            | Exists(TeamMembership.objects.filter(user=OuterRef("pk"), team=team))
        )
        .order_by("name", "pk")
        .values_list("pk", "name")
    )


def _wanted(
    team: Team,
    wanted: Wanted,
    *,
    below: Position | None = None,
    above: Position | None = None,
) -> Iterator[QuerySet[ActivityEvent] | QuerySet[AccessEvent]]:
    condition = _condition(team, wanted)
    if wanted.kind != OPENED:
        events = ActivityEvent.objects.filter(condition, _beside(1, below, above))
        if wanted.kind:
            events = events.filter(kind=wanted.kind)
        events = events.select_related("by", "user", "cohort_import__file")
        # Each by an index of its own.
        for part in _parts(team, wanted):
            yield events.filter(part)
    if wanted.kind in {"", OPENED} and wanted.person != NOBODY:
        openings = AccessEvent.objects.filter(
            condition, _beside(0, below, above), team=team
        )
        if wanted.person:
            openings = openings.filter(by=int(wanted.person))
        yield openings.select_related("by")


def _parts(team: Team, wanted: Wanted) -> Iterator[Q]:
    """Yield conditions of which an event fulfils one, if it is of this person."""
    if wanted.person == NOBODY:
        yield Q(team=team, by=None) & ~Q(kind__in=list(DONE_BY))
    elif wanted.person:
        yield Q(team=team, by=int(wanted.person))
        yield Q(team=team, user=int(wanted.person))
    else:
        yield Q(team=team)
        # Of no team and nobody who is known: it concerns all teams alike.
        yield Q(team=None, by=None, user=None)


def _condition(team: Team, wanted: Wanted) -> Q:
    condition = Q()
    if wanted.child:
        meant = children.records_like(team, wanted.child, most=CHILDREN_MEANT)
        condition &= Q(child__in=meant)
    if wanted.first_day:
        condition &= Q(at__gte=_midnight(wanted.first_day))
    if wanted.last_day:
        condition &= Q(at__lt=_midnight(wanted.last_day + datetime.timedelta(days=1)))
    return condition


def _beside(source: int, below: Position | None, above: Position | None) -> Q:
    """Return the condition that an event of one of the two is below, or above."""
    condition = Q()
    if below is not None:
        there = Q(at__lt=below.at)
        if source == below.source:
            there |= Q(at=below.at, pk__lt=below.pk)
        elif source < below.source:
            there |= Q(at=below.at)
        # Said twice, because only the plain comparison is looked up in an index.
        condition &= Q(at__lte=below.at) & there
    if above is not None:
        there = Q(at__gt=above.at)
        if source == above.source:
            there |= Q(at=above.at, pk__gt=above.pk)
        elif source > above.source:
            there |= Q(at=above.at)
        condition &= Q(at__gte=above.at) & there
    return condition


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
