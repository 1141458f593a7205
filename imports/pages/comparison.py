"""An uploaded row beside an existing record, detail by detail.

Of a child that another team has, and of one that this team never had, only its name,
that team and the names of the fields that differ are shown (spec section 7). The
address, postcode and contacts of a restricted child are hidden.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from children.models import Gender
from children.pages.words import HIDDEN, show_number
from children.rules.contacts import ContactChange
from children.telling import told_contact
from imports.models import CohortRow
from imports.pages import words
from imports.rules.differences import ChildValues, Field, RowValues
from imports.stages.weigh import Existing, Weighed
from mavis.pages import show_date, show_nhs_number
from mavis.rules import academic_year
from pds.rules.outcomes import UploadedNumber

NOT_SHOWN = "Not shown"
NOT_GIVEN = "Not given"
NOT_KNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail of both records, each as lines of text.

    `mark` says in a word how they compare: "Different", "New", "Updated", or nothing.
    """

    label: str
    uploaded: tuple[str, ...]
    existing: tuple[str, ...]
    mark: str = ""

    @property
    def differs(self) -> bool:
        return self.mark == DIFFERENT


DIFFERENT, NEW, UPDATED = "Different", "New", "Updated"
_PRIVATE = frozenset({Field.ADDRESS, Field.POSTCODE, Field.CONTACTS})
# In the order of the page. The school and what is not in the file come after.
_FIELDS = (
    Field.FIRST_NAME, Field.LAST_NAME, Field.PREFERRED_FIRST_NAME,
    Field.PREFERRED_LAST_NAME, Field.DATE_OF_BIRTH, Field.NHS_NUMBER, Field.GENDER,
    Field.ADDRESS, Field.POSTCODE, Field.YEAR_GROUP, Field.REGISTRATION,
)  # fmt: skip


def details(weighed: Weighed, existing: Existing | None) -> tuple[Detail, ...]:
    """Return each detail that the row or the record has."""
    row = weighed.match.row
    shown = [
        _detail(field, row, existing, hidden=is_hidden(weighed)) for field in _FIELDS
    ]
    shown.append(_school(row, existing))
    shown.append(_contacts(weighed, existing, hidden=is_hidden(weighed)))
    return tuple(one for one in shown if one.uploaded or one.existing or one.mark)


def is_hidden(weighed: Weighed) -> bool:
    """Test if PDS or Mavis restricts anybody whom the row may be about."""
    return weighed.match.row.restricted or any(
        one.child.restricted for one in weighed.existing
    )


def uploaded_value(row: CohortRow, field: Field, *, hidden: bool) -> str:
    """Return what the file says of one field, in one line."""
    return _one_line(_uploaded(row, field), field, hidden=hidden) or NOT_GIVEN


def existing_value(existing: Existing, field: Field, *, hidden: bool) -> str:
    """Return what the record says of one field, in one line, as far as it is shown."""
    if existing.is_limited:
        return NOT_SHOWN
    year = existing.academic_year
    value = _one_line(_recorded(existing, field, year), field, hidden=hidden)
    return value or NOT_KNOWN


def _one_line(lines: Sequence[str], field: Field, *, hidden: bool) -> str:
    return HIDDEN if hidden and field in _PRIVATE else ", ".join(lines)


def _detail(
    field: Field, row: CohortRow, existing: Existing | None, *, hidden: bool
) -> Detail:
    uploaded = _uploaded(row, field)
    recorded: tuple[str, ...] = ()
    if existing is not None:
        recorded = _recorded(existing, field, existing.academic_year)
    mark = _mark(field, existing, uploaded, recorded)
    if existing is not None and existing.is_limited:
        recorded = _as_far_as_shown(field, existing, uploaded)
    if hidden and field in _PRIVATE:
        uploaded, recorded = (HIDDEN,), (HIDDEN,)
    return Detail(words.sentence_case(words.field(field)), uploaded, recorded, mark)


def _as_far_as_shown(
    field: Field, existing: Existing, uploaded: Sequence[str]
) -> tuple[str, ...]:
    if field is Field.FIRST_NAME:
        return (existing.child.first_name,)
    if field is Field.LAST_NAME:
        return (existing.child.last_name,)
    return (NOT_SHOWN,) if uploaded else ()


def _mark(
    field: Field,
    existing: Existing | None,
    uploaded: Sequence[str],
    recorded: Sequence[str],
) -> str:
    if existing is None:
        return ""
    differences = existing.comparison.differences
    if field in differences or (field in existing.choosable and bool(recorded)):
        return DIFFERENT
    if existing.is_limited:
        # What the record would gain would tell what it lacks.
        return ""
    if field is Field.ADDRESS and Field.POSTCODE in differences:
        return DIFFERENT if tuple(uploaded) != tuple(recorded) else ""
    if field in existing.taken_by_use or field in existing.choosable:
        return UPDATED if recorded else NEW
    return ""


def _uploaded(row: CohortRow, field: Field) -> tuple[str, ...]:
    match field:
        case Field.NHS_NUMBER:
            return tuple(_uploaded_number(row))
        case Field.YEAR_GROUP:
            return (words.year_group(row),)
        case _:
            return _lines(row, field)


def _recorded(existing: Existing, field: Field, year: int) -> tuple[str, ...]:
    child, values = existing.child, existing.facts.values
    match field:
        case Field.NHS_NUMBER:
            confirmed = " (confirmed by PDS)" if child.nhs_number_confirmed else ""
            number = show_number(child)
            return (number + confirmed,) if number else ()
        case Field.YEAR_GROUP:
            group = academic_year.year_group(child.birth_academic_year, year)
            return (academic_year.describe_year_group(group),)
        case Field.REGISTRATION if values.registration_academic_year != year:
            return ()  # it has lapsed
        case _:
            return _lines(child, field)


def _lines(record: RowValues | ChildValues | object, field: Field) -> tuple[str, ...]:
    """Return a field that row and record show alike."""
    if field is Field.ADDRESS:
        names = ("address_line_1", "address_line_2", "town")
        return tuple(line for name in names if (line := getattr(record, name)))
    value = getattr(record, str(field))
    if field is Field.DATE_OF_BIRTH:
        return (show_date(value),)
    if field is Field.GENDER:
        return (str(Gender(value).label),) if value else ()
    return (value,) if value else ()


_NOT_USED = {
    UploadedNumber.VOID: "withdrawn by PDS",
    UploadedNumber.SOMEONE_ELSE: "someone else’s in PDS",
}


def _uploaded_number(row: CohortRow) -> Iterable[str]:
    if row.nhs_number:
        state = "confirmed" if row.nhs_number_confirmed else "not confirmed"
        yield f"{show_nhs_number(row.nhs_number)} ({state} by PDS)"
        if row.nhs_number_uploaded not in (None, row.nhs_number):
            yield f"{show_nhs_number(row.nhs_number_uploaded)} in the file"
    elif row.nhs_number_uploaded:
        why = _NOT_USED.get(UploadedNumber(row.uploaded_number), "not used")
        yield f"{show_nhs_number(row.nhs_number_uploaded)} ({why})"


def _school(row: CohortRow, existing: Existing | None) -> Detail:
    uploaded = (words.place(row.school, home_educated=row.home_educated),)
    if existing is None:
        return Detail("School", uploaded, ())
    if existing.team is not None:
        return Detail("School", uploaded, (f"With {existing.team.name}",), DIFFERENT)
    if existing.is_limited:
        return Detail("School", uploaded, (NOT_SHOWN,))
    child = existing.child
    recorded = (words.place(child.school, home_educated=child.home_educated),)
    return Detail(
        "School", uploaded, recorded, DIFFERENT if uploaded != recorded else ""
    )


def _contacts(weighed: Weighed, existing: Existing | None, *, hidden: bool) -> Detail:
    parents = weighed.row.parents
    uploaded = tuple(told_contact(each) for each in parents if not each.is_blank)
    recorded: tuple[str, ...] = ()
    mark = ""
    if existing is not None and existing.is_limited:
        recorded = (NOT_SHOWN,) if uploaded else ()
    elif existing is not None:
        recorded = tuple(
            told_contact(contact.details) for contact in existing.facts.contacts
        )
        mark = _mark_of_contacts(existing.contacts)
    if hidden:
        uploaded, recorded = (
            (HIDDEN,) if lines else () for lines in (uploaded, recorded)
        )
    return Detail("Contacts", uploaded, recorded, mark)


def _mark_of_contacts(changes: Sequence[ContactChange]) -> str:
    if not changes:
        return ""
    return UPDATED if any(change.contact_id for change in changes) else NEW
