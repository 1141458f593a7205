"""The page of one close match: both records, and what a person may decide."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from imports.models import CloseMatch
from imports.pages import comparison, words
from imports.pages.candidates import competing, told_apart
from imports.pages.choices import Choice, choices_about, choices_without_child
from imports.pages.comparison import Detail
from imports.queries import issues
from imports.rules.resolutions import LABELS, Resolution
from imports.stages.weigh import Existing, Weighed
from mavis.pages import show_date, show_datetime, show_name, show_nhs_number

# Where the user came from, and is taken back to.
FROM_IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a close match belongs: its upload, and the way back."""

    row_number: int
    name: str
    file_name: str
    uploaded_at: str
    import_href: str
    # The import's page or the Issues tab, and what it is called.
    back: str
    back_text: str

    @classmethod
    def of(cls, match: CloseMatch, came_from: str) -> "Origin":
        row, cohort_import = match.row, match.row.cohort_import
        import_href = reverse("imports:show", args=[cohort_import.pk])
        from_import = came_from == FROM_IMPORT
        return cls(
            row_number=row.row_number,
            name=show_name(row.first_name, row.last_name),
            file_name=cohort_import.file.name,
            uploaded_at=show_datetime(cohort_import.uploaded_at),
            import_href=import_href,
            back=import_href if from_import else reverse("imports:issues"),
            back_text="Import" if from_import else "Issues",
        )


@dataclass(frozen=True, slots=True)
class Other:
    """Another open close match that may be about the same child."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """One of the existing records that the row may be about."""

    child_id: int
    name: str
    about: tuple[str, ...]
    # To set the row beside this one; blank for the one that is.
    compare_href: str
    # The child's own page; blank where this team cannot open it.
    href: str


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that differs, and its two values."""

    name: str
    label: str
    uploaded: str
    existing: str


@dataclass(frozen=True, slots=True)
class CloseMatchPage:
    """A close match that waits for a person, with one of its records chosen."""

    origin: Origin
    href: str
    waiting: str
    notes: tuple[str, ...]
    others: tuple[Other, ...]
    records: tuple[Record, ...]
    # The record beside which the row is set; none when there is none any more.
    record: Record | None
    details: tuple[Detail, ...]
    choices: tuple[Choice, ...]
    fields: tuple[FieldChoice, ...]
    version: str

    @classmethod
    def of(
        cls, weighed: Weighed, child_id: int | None, *, came_from: str, now: datetime
    ) -> "CloseMatchPage":
        match = weighed.match
        existing = chosen(weighed, child_id)
        href = href_of(match, came_from)
        records = tuple(
            _record(weighed, one, href=href, is_chosen=one is existing)
            for one in weighed.existing
        )
        return cls(
            origin=Origin.of(match, came_from),
            href=href,
            waiting=words.age(match.raised_at, now),
            notes=tuple(_notes(weighed)),
            others=tuple(_others(weighed, came_from)),
            records=records,
            record=next((one for one in records if not one.compare_href), None),
            details=comparison.details(weighed, existing),
            choices=(
                choices_about(weighed, existing)
                if existing
                else choices_without_child(weighed)
            ),
            fields=_fields(weighed, existing) if existing else (),
            version=weighed.version,
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A close match that has been settled: who decided what, and when."""

    origin: Origin
    decision: str
    by: str
    at: str

    @classmethod
    def of(cls, match: CloseMatch, came_from: str) -> "Resolved":
        return cls(
            origin=Origin.of(match, came_from),
            decision=LABELS[Resolution(match.resolution)],
            by=match.resolved_by.name if match.resolved_by else "",
            at=show_datetime(match.resolved_at),
        )


def chosen(weighed: Weighed, child_id: int | None) -> Existing | None:
    """Return the record that was asked for, else the likeliest."""
    return weighed.about(child_id) or next(iter(weighed.existing), None)


def href_of(match: CloseMatch, came_from: str) -> str:
    """Return the address of a close match, with the way back in it."""
    address = reverse("imports:resolve", args=[match.pk])
    return f"{address}?from={FROM_IMPORT}" if came_from == FROM_IMPORT else address


def _record(
    weighed: Weighed, existing: Existing, *, href: str, is_chosen: bool
) -> Record:
    child = existing.child
    separator = "&" if "?" in href else "?"
    return Record(
        child_id=child.pk,
        name=show_name(child.first_name, child.last_name),
        about=tuple(_about(weighed, existing)),
        compare_href="" if is_chosen else f"{href}{separator}child={child.pk}",
        href="" if existing.is_limited else reverse("children:show", args=[child.pk]),
    )


def _about(weighed: Weighed, existing: Existing) -> Iterable[str]:
    """Say how a record stands to the row, and who has the child."""
    child, standing = existing.child, existing.facts.standing
    if not existing.is_limited and len(weighed.existing) > 1:
        yield words.sentence_case(
            told_apart(child, hidden=comparison.is_hidden(weighed))
        )
    elif not existing.is_limited:
        yield f"Born {show_date(child.date_of_birth)}"
    differs = words.listed(words.fields(existing.comparison.differences))
    yield f"Different {differs}" if differs else "Nothing differs"
    if weighed.number.number and child.nhs_number == weighed.number.number:
        yield "Has the NHS number of the uploaded record"
    if existing.team is not None:
        yield f"With {existing.team.name}"
    elif standing.deceased:
        yield "Archived: the child has died"
    elif standing.team_id is None:
        yield (
            "Archived, and no team has this child now"
            if existing.is_limited
            else "Archived"
        )


def _notes(weighed: Weighed) -> Iterable[str]:
    """Say what else a person has to know before deciding."""
    match = weighed.match
    if match.row.competing_rows:
        yield f"{competing(match.row.competing_rows)}. Each has to be reviewed."
    if weighed.has_gone and weighed.holder is not None:
        number = show_nhs_number(weighed.holder.nhs_number)
        name = show_name(weighed.holder.first_name, weighed.holder.last_name)
        yield (
            f"Since the upload the NHS number {number} of this record has gone to "
            f"another child: {name}. Check whether this is that child."
        )
    if not weighed.existing:
        yield "The existing record is no longer there. You can still add a new one."


def _others(weighed: Weighed, came_from: str) -> Iterable[Other]:
    child_ids = [existing.child.pk for existing in weighed.existing]
    for match in issues.others_about(weighed.match, child_ids):
        cohort_import = match.row.cohort_import
        yield Other(
            href=href_of(match, came_from),
            text=(
                f"{cohort_import.file.name}, row {match.row.row_number}, uploaded on "
                f"{show_datetime(cohort_import.uploaded_at)}"
            ),
        )


def _fields(weighed: Weighed, existing: Existing) -> tuple[FieldChoice, ...]:
    hidden = comparison.is_hidden(weighed)
    return tuple(
        FieldChoice(
            name=str(field),
            label=words.field(field),
            uploaded=comparison.uploaded_value(weighed.match.row, field, hidden=hidden),
            existing=comparison.existing_value(existing, field, hidden=hidden),
        )
        for field in existing.choosable
    )
