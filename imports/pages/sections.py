"""The sections of the review page and of those that follow: words and rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imports.models import CohortRow
from imports.pages import words
from imports.pages.candidates import may_be_about
from imports.queries.rows import Section
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from mavis.pages import show_nhs_number
from pds.rules.outcomes import TraceOutcome, UploadedNumber

WHY_NOT_IMPORTED = {
    NotImported.AT_SCHOOL_OF_ANOTHER_TEAM: (
        "School unknown in the file, and already with another team"
    ),
    NotImported.ARCHIVED: "Archived in Mavis",
    NotImported.IGNORED: "Changes ignored in further review",
    NotImported.MOVE_IGNORED_BEFORE: (
        "Your team ignored the same school move earlier this academic year"
    ),
    NotImported.MOVE_IGNORED: "Your team ignored the school move",
    NotImported.MOVE_WITHDRAWN: "The school move no longer applies",
}
WHY_NOT_CONFIRMED = {
    UploadedNumber.NOT_HELD: (
        "PDS does not hold this number, or could not be asked. "
        "It will be marked as not confirmed"
    ),
    UploadedNumber.VOID: "PDS has withdrawn this number. It will not be used",
    UploadedNumber.SOMEONE_ELSE: (
        "In PDS this number belongs to someone else. It will not be used"
    ),
}
WHY_UNMATCHED = {
    TraceOutcome.NOT_FOUND: "No match in PDS",
    TraceOutcome.CONFLICT: "PDS found more than one NHS number",
    TraceOutcome.ERROR: "PDS could not answer about this child",
}
RESTORED = "Restored from the archive"
BECAME = {
    Result.NEW: "New record",
    Result.UPDATED: "Updated",
    Result.UP_TO_DATE: "Already up to date",
    Result.CLOSE_MATCH: "Close match",
    Result.NOT_IMPORTED: "Not imported",
    Result.HELD_WITH_MOVE: "Held with a school move",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a section is called, what it means, and what it says of each row."""

    title: str
    # After the number of records: "3 records are new to Mavis".
    one: str
    many: str
    # The heading of the last column, if the section has something to say in it.
    column: str = ""
    details: Callable[[CohortRow], tuple[str, ...]] = lambda row: ()


def gains(row: CohortRow) -> tuple[str, ...]:
    """Return what the child's record gains on approval."""
    if row.other_team is not None:
        return ("Nothing until the school move is confirmed",)
    gained = words.sentence_case(words.listed(words.fields(row.additions)))
    if row.archived == Archived.RESTORED:
        return (RESTORED, gained) if gained else (RESTORED,)
    return (gained or "Nothing",)


def move(row: CohortRow) -> tuple[str, ...]:
    """Return from where the child would move, and where to.

    Of a child that another team has, only the team is shown.
    """
    lines = []
    if row.other_team is not None:
        lines.append(f"From: {row.other_team.name}")
    elif row.matched_child is not None:
        child = row.matched_child
        school = words.place(child.school, home_educated=child.home_educated)
        lines.append(f"From: {school}")
    lines.append(f"To: {words.place(row.school, home_educated=row.home_educated)}")
    return tuple(lines)


def with_team(row: CohortRow) -> tuple[str, ...]:
    """Return which team has the child, and why the row is not imported.

    A team whose move has gone has no reason to see who has the child.
    """
    reason = NotImported(row.not_imported_reason)
    has_gone = reason in (NotImported.MOVE_IGNORED, NotImported.MOVE_WITHDRAWN)
    team = () if has_gone else _team(row)
    return (*team, WHY_NOT_IMPORTED[reason])


def not_imported(row: CohortRow) -> tuple[str, ...]:
    """Return why a row was not imported."""
    if row.not_imported_reason:
        return with_team(row)
    return ("Not imported",)


def number_updated(row: CohortRow) -> tuple[str, ...]:
    """Return the number of the file and the one that PDS gave."""
    uploaded, of_pds = (
        # No line ends in the middle of a number.
        show_nhs_number(number).replace(" ", "\N{NO-BREAK SPACE}")
        for number in (row.nhs_number_uploaded, row.nhs_number)
    )
    return (f"Uploaded: {uploaded}", f"PDS: {of_pds}")


def would_be(row: CohortRow) -> tuple[str, ...]:
    """Return what a row whose outcome has changed would now do."""
    lines: tuple[str, ...] = ()
    if row.outcome == Outcome.NEW:
        lines = ("New record",)
    elif row.outcome == Outcome.ALREADY_IN_MAVIS:
        lines = ("Already in Mavis", *_gained(row))
    elif row.outcome == Outcome.CLOSE_MATCH:
        lines = ("Close match", *may_be_about(row))
    elif row.outcome == Outcome.NOT_IMPORTED:
        lines = ("Not imported", *with_team(row))
    return (*lines, *(move(row) if row.move == Move.FOR_PERSON else ()))


def _gained(row: CohortRow) -> tuple[str, ...]:
    if row.archived == Archived.RESTORED:
        return gains(row)
    return tuple(f"Gains: {gain}" for gain in gains(row) if row.additions)


def _team(row: CohortRow) -> tuple[str, ...]:
    return (f"With: {row.other_team.name}",) if row.other_team else ()


WORDS: Mapping[Section, Words] = {
    Section.NEW: Words(
        "New records",
        "is not in Mavis yet. It will be added when the upload is approved.",
        "are not in Mavis yet. They will be added when the upload is approved.",
    ),
    Section.ALREADY_IN_MAVIS: Words(
        "Records already in Mavis",
        "is already in Mavis. You do not need to do anything.",
        "are already in Mavis. You do not need to do anything.",
        "Information to add",
        gains,
    ),
    Section.MOVING_IN: Words(
        "Children moving from another team's area - resolve after import",
        "is of a child who is with another team. After import, confirm or ignore "
        "the move in School moves. Nothing changes before that.",
        "are of children who are with another team. After import, confirm or ignore "
        "each move in School moves. Nothing changes before that.",
        "Move",
        move,
    ),
    Section.CLOSE_MATCHES: Words(
        "Close matches to existing records - resolve after import",
        "is probably of a child already in Mavis, but something differs. "
        "Nothing of it is used until someone compares the two records after import.",
        "are probably of children already in Mavis, but something differs. "
        "Nothing of them is used until someone compares the records after import.",
        "Existing record, and what differs",
        may_be_about,
    ),
    Section.SCHOOL_MOVES: Words(
        "School moves - resolve after import",
        "would change a child’s school. After import, confirm or ignore the move "
        "in School moves.",
        "would change a child’s school. After import, confirm or ignore each move "
        "in School moves.",
        "Move",
        move,
    ),
    Section.WITH_OTHER_TEAMS: Words(
        "Records not imported - children at schools in other team areas",
        "will not be imported: another team has this child. To move the child to "
        "your area, upload the record again with the child’s school.",
        "will not be imported: other teams have these children. To move a child to "
        "your area, upload the record again with the child’s school.",
        "Why",
        with_team,
    ),
    Section.ARCHIVED: Words(
        "Archived children",
        "is of a child whose record is archived. Choose whether to restore it, or to "
        "keep it archived and not import the record.",
        "are of children whose records are archived. Choose for each whether to "
        "restore it, or to keep it archived and not import the record.",
    ),
    Section.NHS_NUMBERS_UPDATED: Words(
        "NHS numbers updated from PDS",
        "has a different NHS number in PDS. Mavis uses the number from PDS.",
        "have a different NHS number in PDS. Mavis uses the numbers from PDS.",
        "Uploaded, and in PDS",
        number_updated,
    ),
    Section.NHS_NUMBERS_NOT_CONFIRMED: Words(
        "NHS numbers that PDS could not confirm",
        "has an NHS number that PDS could not confirm.",
        "have NHS numbers that PDS could not confirm.",
        "Why",
        lambda row: (WHY_NOT_CONFIRMED[UploadedNumber(row.uploaded_number)],),
    ),
    Section.UNMATCHED: Words(
        "Records that did not match",
        "did not match an NHS number in PDS.",
        "did not match an NHS number in PDS.",
        "Why",
        lambda row: (WHY_UNMATCHED[TraceOutcome(row.trace_outcome)],),
    ),
    Section.CHANGED: Words(
        "Changed records",
        "would now have a different result from the one that was approved.",
        "would now have a different result from the one that was approved.",
        "What would happen now",
        would_be,
    ),
    Section.IMPORTED: Words(
        "Imported records",
        "was imported.",
        "were imported.",
        "Result",
        lambda row: (BECAME[Result(row.result)],),
    ),
    Section.UPLOAD_ISSUES: Words(
        "Close matches to existing records - needs review",
        "is probably of a child already in Mavis. Nothing of it has been used.",
        "are probably of children already in Mavis. Nothing of them has been used.",
        "Existing record, and what differs",
        may_be_about,
    ),
    Section.LEFT_OUT: Words(
        "Records not imported",
        "was not imported.",
        "were not imported.",
        "Why",
        not_imported,
    ),
}
