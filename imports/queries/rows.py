"""The rows of one import: how many there are of each kind, and one page of them."""

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    CharField,
    Count,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import MD5, Cast, Concat

from children.models import Child, CohortMembership
from imports.models import CohortImport, CohortRow, RowCandidate
from imports.rules.outcomes import Archived, Move, NotImported, Outcome, Result
from mavis.models import Team
from mavis.rules.names import fold
from pds.rules.outcomes import TraceOutcome, UploadedNumber


class Section(StrEnum):
    """One list of rows. The value is its part of the address."""

    # --- What approval would do ---
    NEW = "new-records"
    ALREADY_IN_MAVIS = "already-in-mavis"
    MOVING_IN = "moving-in"
    CLOSE_MATCHES = "close-matches"
    SCHOOL_MOVES = "school-moves"
    WITH_OTHER_TEAMS = "with-other-teams"
    ARCHIVED = "archived-children"
    NHS_NUMBERS_UPDATED = "nhs-numbers-updated"
    NHS_NUMBERS_NOT_CONFIRMED = "nhs-numbers-not-confirmed"
    # --- What PDS did not find ---
    UNMATCHED = "unmatched"
    # --- What became of them ---
    CHANGED = "changed"
    IMPORTED = "imported"
    UPLOAD_ISSUES = "upload-issues"
    LEFT_OUT = "not-imported"


# The two reasons for which a row stays with the team that has the child.
_WITH_OTHER_TEAM = [
    NotImported.AT_SCHOOL_OF_ANOTHER_TEAM,
    NotImported.MOVE_IGNORED_BEFORE,
]
ROWS_IN: Mapping[Section, Q] = {
    Section.NEW: Q(outcome=Outcome.NEW),
    Section.ALREADY_IN_MAVIS: Q(outcome=Outcome.ALREADY_IN_MAVIS),
    Section.MOVING_IN: Q(move=Move.FOR_PERSON, other_team__isnull=False),
    Section.CLOSE_MATCHES: Q(outcome=Outcome.CLOSE_MATCH),
    Section.SCHOOL_MOVES: Q(move=Move.FOR_PERSON, other_team=None),
    Section.WITH_OTHER_TEAMS: Q(
        outcome=Outcome.NOT_IMPORTED, not_imported_reason__in=_WITH_OTHER_TEAM
    ),
    Section.ARCHIVED: Q(committed_at=None) & ~Q(archived=""),
    Section.NHS_NUMBERS_UPDATED: Q(uploaded_number=UploadedNumber.REPLACED),
    Section.NHS_NUMBERS_NOT_CONFIRMED: Q(
        uploaded_number__in=[
            UploadedNumber.NOT_HELD,
            UploadedNumber.VOID,
            UploadedNumber.SOMEONE_ELSE,
        ]
    ),
    Section.UNMATCHED: Q(
        trace_outcome__in=[
            TraceOutcome.NOT_FOUND,
            TraceOutcome.CONFLICT,
            TraceOutcome.ERROR,
        ]
    ),
    Section.CHANGED: Q(held=True),
    Section.IMPORTED: Q(result__in=[Result.NEW, Result.UPDATED, Result.UP_TO_DATE]),
    # What became of the row says as much as that there is a close match; by that they
    # are found (index row_of_a_close_match).
    Section.UPLOAD_ISSUES: Q(
        result=Result.CLOSE_MATCH,
        close_match__isnull=False,
        close_match__resolved_at=None,
    ),
    Section.LEFT_OUT: Q(result=Result.NOT_IMPORTED),
}
# What a page shows of a section's rows beside what each has; it takes a third of the
# time of a list to fetch all of it for all of them.
_OF_A_MOVE = ("school", "other_team", "matched_child__school")
_SHOWS_TOO: Mapping[Section, tuple[str, ...]] = {
    Section.ALREADY_IN_MAVIS: ("other_team",),
    Section.MOVING_IN: _OF_A_MOVE,
    Section.SCHOOL_MOVES: _OF_A_MOVE,
    Section.WITH_OTHER_TEAMS: ("other_team",),
    Section.CHANGED: _OF_A_MOVE,
    Section.UPLOAD_ISSUES: ("close_match",),
    Section.LEFT_OUT: ("other_team",),
}
# What tells an import's rows apart for those who count and list them. It is in the
# index by which they are found, and the id is not.
ROW_KEY = "row_number"
_NAMES_CANDIDATES = {Section.CLOSE_MATCHES, Section.CHANGED, Section.UPLOAD_ISSUES}


def count_by_section(
    cohort_import: CohortImport, *sections: Section
) -> Mapping[Section, int]:
    """Return how many rows each of these sections has, by one query."""
    counts = cohort_import.rows.aggregate(
        **{section.name: Count(ROW_KEY, ROWS_IN[section]) for section in sections}
    )
    return {section: counts[section.name] for section in sections}


def count_by_result_and_section(
    cohort_import: CohortImport, *sections: Section
) -> tuple[Mapping[Result, int], Mapping[Section, int]]:
    """Return what became of the rows that are committed, and how long sections are.

    By one query: it looks at every row.
    """
    counts = cohort_import.rows.aggregate(
        **{f"section_{each.name}": Count(ROW_KEY, ROWS_IN[each]) for each in sections},
        **{f"result_{each.name}": Count(ROW_KEY, Q(result=each)) for each in Result},
    )
    return (
        {each: counts[f"result_{each.name}"] for each in Result},
        {each: counts[f"section_{each.name}"] for each in sections},
    )


def count_by_archived(cohort_import: CohortImport) -> Mapping[Archived, int]:
    """Return what would become of archived children. Every choice is there."""
    counts = dict(
        cohort_import.rows.filter(ROWS_IN[Section.ARCHIVED])
        .values_list("archived")
        .annotate(Count("pk"))
        .order_by()
    )
    return {archived: counts.get(archived, 0) for archived in Archived}


def count_by_trace_outcome(cohort_import: CohortImport) -> Mapping[TraceOutcome, int]:
    """Return how PDS answered about the rows. Every outcome is there."""
    counts = dict(
        cohort_import.rows.exclude(trace_outcome="")
        .values_list("trace_outcome")
        .annotate(Count("pk"))
        .order_by()
    )
    return {outcome: counts.get(outcome, 0) for outcome in TraceOutcome}


def version_of(cohort_import: CohortImport) -> str:
    """Return what is another as soon as an approval would do something else.

    Before the approval a person chooses what becomes of archived children; after it,
    rows that are held are worked out anew. Blank where neither is there.
    """
    may_change = cohort_import.rows.filter(
        Q(held=True) | ~Q(archived=""), committed_at=None
    )
    row = Concat(Cast("row_number", CharField()), Value(" "), "fingerprint")
    found: dict[str, str | None] = may_change.aggregate(
        version=MD5(StringAgg(row, delimiter=" ", order_by="row_number"))
    )
    return found["version"] or ""


def gains(cohort_import: CohortImport) -> tuple[int, Mapping[str, int]]:
    """Return how many records will gain information, and how often each field.

    A child that another team has gains nothing before its move is confirmed.
    """
    gaining = cohort_import.rows.filter(
        ROWS_IN[Section.ALREADY_IN_MAVIS], other_team=None, additions__len__gt=0
    )
    records = 0
    by_field: Counter[str] = Counter()
    # Most rows that gain something gain the same few things.
    combinations = gaining.values_list("additions").annotate(Count("pk")).order_by()
    for fields, count in combinations:
        records += count
        by_field.update(dict.fromkeys(fields, count))
    return records, dict(sorted(by_field.items()))


def rows_in(
    section: Section, cohort_import: CohortImport, *, search: str = ""
) -> QuerySet[CohortRow]:
    """Return a section's rows in the order of the file, with all that pages show."""
    named = [candidates()] if section in _NAMES_CANDIDATES else []
    restricted = RowCandidate.objects.filter(row=OuterRef("pk"), child__restricted=True)
    had = CohortMembership.objects.filter(
        team=cohort_import.team_id, child=OuterRef("child")
    )
    return (
        cohort_import.rows.filter(ROWS_IN[section] & _matching(search))
        .select_related("matched_child", "child", *_SHOWS_TOO.get(section, ()))
        .annotate(
            may_be_about_restricted=Exists(restricted), team_has_had_child=Exists(had)
        )
        .prefetch_related(*named)
        .order_by("row_number")
    )


def candidates(path: str = "candidates") -> "Prefetch[str]":
    """Return what fetches a row's candidates, each with the teams that have it."""
    found = RowCandidate.objects.select_related("child__school").prefetch_related(
        "child__memberships__team"
    )
    return Prefetch(path, found.order_by("pk"))


def has_had(team_id: int, child: Child) -> bool:
    """Test if the team may see a child's record: it has the child, or had it."""
    return any(each.team_id == team_id for each in child.memberships.all())


def team_with(child: Child) -> Team | None:
    """Return the team that has a child now, if one has."""
    active = (each for each in child.memberships.all() if each.archived_at is None)
    membership = next(active, None)
    return membership.team if membership else None


def is_hidden(row: CohortRow) -> bool:
    """Test if the row's address, postcode and contacts are not to be shown.

    PDS restricts the child, or Mavis does that of one whom the row may be about.

    :param row: with its candidates fetched, as `candidates` does
    """
    return _is_hidden_by_its_own(row) or any(
        candidate.child.restricted for candidate in row.candidates.all()
    )


def is_hidden_in_section(row: CohortRow) -> bool:
    """Return what `is_hidden` does, of a row of `rows_in`, which need not fetch them."""
    of_candidates: bool = row.may_be_about_restricted  # type: ignore[attr-defined]
    return _is_hidden_by_its_own(row) or of_candidates


def _is_hidden_by_its_own(row: CohortRow) -> bool:
    children = (row.matched_child, row.child)
    return row.restricted or any(child.restricted for child in children if child)


def _matching(search: str) -> Q:
    """Return the condition for a row number, or for words of a name in any order."""
    if number := re.fullmatch(r"(?:row\s*)?([0-9]{1,7})", search.strip().lower()):
        return Q(row_number=int(number[1]))
    found = Q()
    for word in re.split(r"[\s,]+", search):
        if key := fold(word):
            found &= Q(first_name_key__contains=key) | Q(last_name_key__contains=key)
    return found
