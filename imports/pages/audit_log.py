"""A team's audit log, on its page and as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from children import queries as children
from children.models import Child
from children.pages.activity import Change, changes_of
from imports.queries import audit_log as queries
from imports.queries.audit_log import Event, Position, Wanted
from mavis.models import ActivityEvent, EventKind, Team, User
from mavis.pages import show_datetime, show_name
from schoolmoves.queries import open_moves

PER_PAGE = 50
LINES_AT_A_TIME = 2000
HEADER = (
    "WHEN", "WHO", "EMAIL", "WHAT", "CHILD", "NHS_NUMBER", "FILE", "ROW", "CHANGES",
)  # fmt: skip
OPENED = "Record opened"
# Stand for what the team may not see any more.
ANOTHER_TEAMS_CHILD = "A child of another team"
NOT_SHOWN = "Not shown"


@dataclass(frozen=True, slots=True)
class Line:
    """One event. What the team may not see of a child that it has not is left out.

    - `child_id`: the record to open, if the team may
    """

    when: str
    at: str
    who: str
    email: str
    what: str
    child_id: int | None
    child: str
    nhs_number: str
    import_id: int | None
    file_name: str
    row_number: int | None
    # To whose account it happened, if somebody else did it.
    user: str
    changes: tuple[Change, ...]

    @property
    def details(self) -> tuple[str, ...]:
        """What was done to what, a sentence for each."""
        of_user = (f"User: {self.user}",) if self.user else ()
        return (
            *of_user,
            *(f"{change.label}: {change.text}" for change in self.changes),
        )


@dataclass(frozen=True, slots=True)
class AuditLog:
    """One page of the log, with the addresses of the next ones and of the file."""

    lines: tuple[Line, ...]
    older_href: str
    newer_href: str
    download_href: str

    @classmethod
    def of(
        cls, team: Team, wanted: Wanted, *, search: str, before: str, after: str
    ) -> "AuditLog":
        """Return the page next to a position; the first, without one."""
        below, above = Position.read(before), Position.read(after)
        if above is not None:
            found = queries.newer(team, wanted, than=above, most=PER_PAGE + 1)
            shown, more_above = found[-PER_PAGE:], len(found) > PER_PAGE
            # The page from which someone came.
            more_below = True
        else:
            found = queries.older(team, wanted, than=below, most=PER_PAGE + 1)
            shown, more_below = found[:PER_PAGE], len(found) > PER_PAGE
            more_above = below is not None
        address = f"{reverse('audit_log:show')}?search={search}"
        return cls(
            lines=tuple(lines_of(team, shown)),
            older_href=f"{address}&before={Position.of(shown[-1])}"
            if shown and more_below
            else "",
            newer_href=f"{address}&after={Position.of(shown[0])}"
            if shown and more_above
            else "",
            download_href=f"{reverse('audit_log:download')}?search={search}",
        )


def file_lines(team: Team, wanted: Wanted) -> Iterator[Sequence[str]]:
    """Yield the log as rows of a file, a few thousand events at a time."""
    yield HEADER
    for events in queries.all_events(team, wanted, at_a_time=LINES_AT_A_TIME):
        for line in lines_of(team, events):
            yield (
                line.at,
                line.who,
                line.email,
                line.what,
                line.child,
                line.nhs_number,
                line.file_name,
                str(line.row_number or ""),
                "; ".join(line.details),
            )


def lines_of(team: Team, events: Iterable[Event]) -> Iterator[Line]:
    """Yield events with what the team may see of their children."""
    events = list(events)
    known = _Known.of(team, {event.child_id for event in events if event.child_id})
    for event in events:
        yield _line(team, event, known)


@dataclass(frozen=True, slots=True)
class _Known:
    """The children of some events: the record that remains of each.

    - `whole`: those of whom the team may see everything
    - `named`: those of whom it may see the name
    - `openable`: those who have a page to open
    """

    remains: dict[int, Child]
    whole: set[int]
    named: set[int]
    openable: set[int]

    @classmethod
    def of(cls, team: Team, child_ids: set[int]) -> "_Known":
        found = Child.objects.filter(pk__in=child_ids).select_related("merged_into")
        remains = {child.pk: child.merged_into or child for child in found}
        ids = {child.pk for child in remains.values()}
        whole = set(_ids(children.children_of(team).filter(pk__in=ids)))
        left = set(_ids(children.left_behind(team).filter(pk__in=ids)))
        moving = set(
            open_moves(team).filter(child__in=ids).values_list("child", flat=True)
        )
        return cls(remains, whole, whole | left | moving, whole | left)


def _ids(found: QuerySet[Child]) -> Iterable[int]:
    return found.values_list("pk", flat=True)


def _line(team: Team, event: Event, known: _Known) -> Line:
    child = known.remains.get(event.child_id or 0)
    whole = child is None or child.pk in known.whole
    happened = event if isinstance(event, ActivityEvent) else None
    cohort_import = happened.cohort_import if happened else None
    if cohort_import is not None and cohort_import.team_id != team.pk:
        cohort_import = None
    file = getattr(cohort_import, "file", None)
    return Line(
        when=show_datetime(event.at),
        at=f"{timezone.localtime(event.at):%d/%m/%Y %H:%M:%S}",
        who=_who(event),
        email=(event.by.email or "") if event.by else "",
        what=EventKind(happened.kind).label if happened else OPENED,
        child_id=child.pk if child and child.pk in known.openable else None,
        child=_name(child, known),
        nhs_number=(child.nhs_number or "") if child and whole else "",
        import_id=cohort_import.pk if cohort_import else None,
        file_name=file.name if file else "",
        row_number=happened.row_number if happened and cohort_import else None,
        user=_shown(happened.user) if happened and happened.user else "",
        changes=_changes(happened, child, whole=whole) if happened else (),
    )


def _who(event: Event) -> str:
    if event.by:
        return event.by.name
    kind = EventKind(event.kind) if isinstance(event, ActivityEvent) else None
    return queries.DONE_BY.get(kind, "Mavis") if kind else "Mavis"


def _shown(user: User) -> str:
    return f"{user.name} ({user.email})" if user.email else user.name


def _name(child: Child | None, known: _Known) -> str:
    if child is None:
        return ""
    if child.pk not in known.named:
        return ANOTHER_TEAMS_CHILD
    return show_name(child.first_name, child.last_name)


def _changes(
    event: ActivityEvent, child: Child | None, *, whole: bool
) -> tuple[Change, ...]:
    changes = changes_of(event, restricted=child is not None and child.restricted)
    if whole:
        return changes
    return tuple(Change(change.label, NOT_SHOWN, NOT_SHOWN) for change in changes)
