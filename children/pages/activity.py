"""The tab Activity log of a child's page."""

from dataclasses import dataclass

from children import queries
from children.models import Child
from children.pages.words import HIDDEN
from mavis.models import ActivityEvent, EventKind, Team
from mavis.pages import Pagination, show_datetime, show_name, show_nhs_number

PER_PAGE = 50
# What an activity log calls the columns of a child.
LABELS = {
    "nhs_number": "NHS number",
    "nhs_number_confirmed": "NHS number confirmed by PDS",
    "home_educated": "Home-educated",
    "address_line_1": "Address line 1",
    "address_line_2": "Address line 2",
    "nhs_number_of_merged_record": "NHS number of the merged record",
}
NUMBERS = ("nhs_number", "nhs_number_of_merged_record")
# The database keeps changes in an order of its own; what is not here comes last.
ORDER = (
    "merged_record", "nhs_number_of_merged_record", "nhs_number", "first_name",
    "last_name", "preferred_first_name", "preferred_last_name", "date_of_birth",
    "gender", "address_line_1", "address_line_2", "town", "postcode", "school",
    "year_group", "registration", "contact", "contacts",
)  # fmt: skip
# What a person said in deciding: it is no detail of the child that was changed.
SAID = ("Choice", "Reason")
# How the names of those begin that must not be seen of a restricted child.
HIDDEN_WHEN_RESTRICTED = ("address", "town", "postcode", "contact", "parent")


@dataclass(frozen=True, slots=True)
class Change:
    """One detail before and after; either may be blank."""

    label: str
    before: str
    after: str

    @property
    def text(self) -> str:
        """What became of the detail, in words; of what a person said, that alone."""
        if self.label in SAID:
            return self.after
        if self.before and self.after:
            return f"{self.before} changed to {self.after}"
        return f"{self.after} added" if self.after else f"{self.before} removed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a child."""

    what: str
    who: str
    when: str
    import_id: int | None
    file_name: str
    row_number: int | None
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, event: ActivityEvent, child: Child) -> "Entry":
        file = getattr(event.cohort_import, "file", None)
        return cls(
            what=EventKind(event.kind).label,
            who=event.by.name if event.by else "Mavis",
            when=show_datetime(event.at),
            import_id=event.cohort_import_id,
            file_name=file.name if file else "",
            row_number=event.row_number,
            changes=changes_of(event, restricted=child.restricted),
        )


def changes_of(event: ActivityEvent, *, restricted: bool) -> tuple[Change, ...]:
    """Return what an event changed, without what must not be seen of the child."""
    return tuple(
        _change(field, before, after, restricted=restricted)
        for field, (before, after) in sorted(
            event.changes.items(), key=lambda change: _place(change[0])
        )
    )


def _place(field: str) -> tuple[int, str]:
    return (ORDER.index(field) if field in ORDER else len(ORDER), field)


def _change(field: str, before: object, after: object, *, restricted: bool) -> Change:
    label = LABELS.get(field, field.replace("_", " ").capitalize())
    if restricted and field.startswith(HIDDEN_WHEN_RESTRICTED):
        return Change(label, HIDDEN, HIDDEN)
    return Change(label, _shown(field, before), _shown(field, after))


def _shown(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show_nhs_number(str(value)) if field in NUMBERS else str(value)


@dataclass(frozen=True, slots=True)
class ActivityLog:
    """The tab Activity log."""

    child_id: int
    name: str
    pagination: Pagination
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, team: Team, child: Child, *, page: str, address: str) -> "ActivityLog":
        events = queries.events_of(team, child)
        pagination = Pagination.of(
            total=events.count(), page=page, size=PER_PAGE, address=address
        )
        return cls(
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            pagination=pagination,
            entries=tuple(Entry.of(e, child) for e in events[pagination.slice]),
        )
