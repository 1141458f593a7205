"""What a person may decide about a close match, and what each choice does (section 10).

Who has an NHS number in Mavis is looked up by the caller; whether it may be taken is
decided here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from imports.rules.differences import Comparison, Field


class Resolution(StrEnum):
    """What a person decided about an uploaded record and an existing one."""

    USE_UPLOADED = "use_uploaded"
    KEEP_EXISTING = "keep_existing"
    KEEP_BOTH = "keep_both"
    CHOOSE_FIELDS = "choose_fields"


# As the page and the activity log say it.
LABELS: Mapping[Resolution, str] = {
    Resolution.USE_UPLOADED: "Use uploaded record",
    Resolution.KEEP_EXISTING: "Keep existing record",
    Resolution.KEEP_BOTH: "Keep both records",
    Resolution.CHOOSE_FIELDS: "Choose for each field",
}


class Take(StrEnum):
    """Which of two values of one field a person wants."""

    UPLOADED = "uploaded"
    EXISTING = "existing"


@dataclass(frozen=True, slots=True)
class Number:
    """An NHS number, or none, and whether PDS has confirmed it for whoever has it."""

    number: str | None = None
    confirmed: bool = False

    def is_same(self, other: "Number") -> bool:
        return self.number is not None and self.number == other.number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that a close match may be about, as far as the choices depend on it."""

    number: Number
    # Another team has the child now.
    is_elsewhere: bool = False


NOBODY_HAS_IT = Number()


def offered(
    candidate: Candidate | None,
    row: Number,
    *,
    others: Collection[Number] = (),
    choosable: Collection[Field] = (),
) -> tuple[Resolution, ...]:
    """Return the choices about a row and the candidate it is set beside.

    :param candidate: None when there is no existing record any more
    :param others: the numbers of the other candidates
    :param choosable: fields for which a person can say which value to take
    """
    is_ours = candidate is not None and not candidate.is_elsewhere
    numbers = [*others, candidate.number] if candidate else list(others)
    is_one_person = any(share_confirmed_number(row, number) for number in numbers)
    conditions = {
        Resolution.USE_UPLOADED: is_ours,
        Resolution.KEEP_EXISTING: candidate is not None,
        Resolution.KEEP_BOTH: not is_one_person,
        Resolution.CHOOSE_FIELDS: is_ours and bool(choosable),
    }
    return tuple(choice for choice, condition in conditions.items() if condition)


def share_confirmed_number(row: Number, child: Number) -> bool:
    """Test if PDS says that the two are one person."""
    return row.is_same(child) and row.confirmed and child.confirmed


def may_take(number: Number, holder: Number) -> bool:
    """Test if a record may be given a number in view of another child that has it.

    :param holder: what that child has; NOBODY_HAS_IT if no other child does

    A number that PDS confirmed for the row is taken from a child that holds it
    unconfirmed. One that is not confirmed is taken from nobody.
    """
    if number.number is None:
        return False
    if not holder.is_same(number):
        return True
    return number.confirmed and not holder.confirmed


def number_of_new_child(row: Number, holder: Number) -> Number:
    """Return the number that a child made from the row alone gets."""
    return row if may_take(row, holder) else Number()


def choosable(
    comparison: Comparison,
    row: Number,
    uploaded: str | None,
    child: Number,
    holder: Number,
) -> tuple[Field, ...]:
    """Return the fields for which a person can say which value to take.

    :param uploaded: the number in the file, if it had one
    :param holder: the other child that has the number which could be taken

    These are the fields that differ; and the NHS number where it would not be taken
    without a person's word, but never one that is not confirmed over a confirmed one.
    """
    fields = set(comparison.differences) - {Field.NHS_NUMBER}
    number = number_to_choose(row, uploaded)
    if (
        number.number not in (None, child.number)
        and (number.confirmed or not child.confirmed)
        and (Field.NHS_NUMBER in comparison.differences or not number.confirmed)
        and may_take(number, holder)
    ):
        fields.add(Field.NHS_NUMBER)
    return in_order(fields)


def number_to_choose(row: Number, uploaded: str | None) -> Number:
    """Return the number of the row that a person may choose.

    It is the one to use; else the one in the file, although PDS has withdrawn it or
    knows somebody else by it: that is used only when a person chooses it.
    """
    return row if row.number is not None else Number(uploaded)


def taken_by_use(
    comparison: Comparison, row: Number, child: Number, holder: Number
) -> tuple[Field, ...]:
    """Return the fields that **Use uploaded record** takes: all, but for the number.

    The row's number is taken if PDS confirmed it, and the child had none, or another,
    or the same not confirmed.
    """
    fields = {*comparison.differences, *comparison.additions} - {Field.NHS_NUMBER}
    is_new = not row.is_same(child) or not child.confirmed
    if row.confirmed and is_new and may_take(row, holder):
        fields.add(Field.NHS_NUMBER)
    return in_order(fields)


def taken_by_choice(
    by_use: Collection[Field], choosable: Collection[Field], taken: Mapping[Field, Take]
) -> tuple[Field, ...]:
    """Return the fields that **Choose for each field** takes: what was chosen, and
    the additions, which need no choice.

    :param by_use: what Use uploaded record would take
    """
    chosen = {field for field, take in taken.items() if take is Take.UPLOADED}
    return in_order((set(by_use) - set(choosable)) | (chosen & set(choosable)))


def in_order(fields: Collection[Field]) -> tuple[Field, ...]:
    """Return fields in the order in which pages list them."""
    return tuple(field for field in Field if field in fields)
