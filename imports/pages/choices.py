"""What a person may decide about a close match, and what each choice would do."""

from collections.abc import Iterable
from dataclasses import dataclass

from imports.models import CohortRow
from imports.pages import words
from imports.rules import resolutions
from imports.rules.differences import Field
from imports.rules.outcomes import Move
from imports.rules.resolutions import LABELS, Number, Resolution
from imports.stages.weigh import Existing, Weighed
from mavis.pages import show_name
from schoolmoves.rules.moving import Bar


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices: its words, and what it does."""

    value: str
    text: str
    hint: str


def choices_about(weighed: Weighed, existing: Existing) -> tuple[Choice, ...]:
    """Return the choices about the row and one existing record."""
    hints = {
        Resolution.USE_UPLOADED: _use,
        Resolution.KEEP_EXISTING: _keep,
        Resolution.KEEP_BOTH: lambda weighed, _: _both(weighed),
        Resolution.CHOOSE_FIELDS: _choose,
    }
    return tuple(
        _choice(resolution, hints[resolution](weighed, existing))
        for resolution in existing.choices
    )


def choices_without_child(weighed: Weighed) -> tuple[Choice, ...]:
    """Return the choices about a row that resembles no record any more."""
    return tuple(
        _choice(resolution, _both(weighed))
        for resolution in weighed.choices_without_child
    )


def _choice(resolution: Resolution, sentences: Iterable[str]) -> Choice:
    return Choice(str(resolution), LABELS[resolution], " ".join(sentences))


def _use(weighed: Weighed, existing: Existing) -> Iterable[str]:
    yield (
        "They are the same child. The existing record takes what is marked Different, "
        "New or Updated."
    )
    if Field.NHS_NUMBER in existing.comparison.differences or existing.choosable:
        yield from _about_number(weighed, existing)
    yield from _what_follows(weighed, existing)


def _choose(weighed: Weighed, existing: Existing) -> Iterable[str]:
    yield (
        "They are the same child. Say which value to keep of each detail that differs."
    )
    yield from _what_follows(weighed, existing)


def _keep(weighed: Weighed, existing: Existing) -> Iterable[str]:
    if existing.team is not None:
        yield "They are the same child."
        yield _move_of_another_team(weighed.match.row, existing)
        return
    yield "They are the same child. The existing record stays as it is."
    if existing.may_be_restored:
        yield "It stays archived."


def _move_of_another_team(row: CohortRow, existing: Existing) -> str:
    proposal = existing.proposal
    if proposal.move is Move.FOR_PERSON:
        place = words.place(row.school, home_educated=row.home_educated)
        return (
            f"A school move to {place} is raised. The record stays as it is, and with "
            "the other team, until the move is confirmed."
        )
    if proposal.bar is Bar.MOVE_IGNORED_BEFORE:
        return (
            "No school move is raised, because your team ignored the same one earlier "
            "this academic year."
        )
    if row.deceased or existing.facts.standing.deceased:
        return "No school move is raised, because the child has died."
    return (
        "No school move is raised, because the file does not say at which school the "
        "child is."
    )


def _both(weighed: Weighed) -> Iterable[str]:
    yield (
        "They are different children. A new record is made from the uploaded record."
        if weighed.existing
        else "A new record is made from the uploaded record."
    )
    number, holder = weighed.number, weighed.holder
    if number.number is None or holder is None:
        return
    name = show_name(holder.first_name, holder.last_name)
    held = Number(holder.nhs_number, holder.nhs_number_confirmed)
    if resolutions.may_take(number, held):
        yield (
            f"It takes the NHS number, which PDS has confirmed for it, and {name} is "
            "left without one."
        )
    else:
        yield f"It has no NHS number, because {name} has the same one."


def _about_number(weighed: Weighed, existing: Existing) -> Iterable[str]:
    """Say so when the number of the file is not taken."""
    number = weighed.number_to_choose
    if number.number in (None, existing.child.nhs_number):
        return
    if Field.NHS_NUMBER in existing.taken_by_use:
        if existing.holder is not None:
            holder = existing.holder
            name = show_name(holder.first_name, holder.last_name)
            yield f"It takes the NHS number too, and {name} is left without one."
        return
    if existing.holder is not None:
        yield "Its NHS number stays, because another child has the uploaded one."
    elif not number.confirmed:
        yield "Its NHS number stays, because PDS has not confirmed the uploaded one."


def _what_follows(weighed: Weighed, existing: Existing) -> Iterable[str]:
    """Say what becomes of the archived record, and of the school."""
    if existing.may_be_restored:
        yield "The record is restored."
    row, move = weighed.match.row, existing.proposal.move
    if weighed.row.place == existing.facts.standing.place:
        return
    place = words.place(row.school, home_educated=row.home_educated)
    if move is Move.FOR_PERSON:
        yield f"A school move to {place} is raised."
    elif move is Move.AT_ONCE:
        yield f"The school becomes {place}."
