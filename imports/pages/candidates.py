"""What may be shown of the children a row may be about.

Of a child that another team has, and of one that this team never had, pages show
only its name, that team and the names of the fields that differ (spec section 7,
"Another team's child").
"""

from collections import Counter
from collections.abc import Sequence

from children.models import Child
from imports.models import CohortRow, RowCandidate
from imports.pages import resemblances, words
from imports.queries.rows import has_had, is_hidden, team_with
from mavis.pages import count_of, show_date, show_name, show_nhs_number

# How many children a row of a list names.
LINES = 4


def may_be_about(row: CohortRow) -> tuple[str, ...]:
    """Return a line for each child that the row may be about: who, what differs.

    Of more than a few it returns how many more there are: the page of the close match
    has them all.
    """
    team_id = row.cohort_import.team_id
    candidates = list(row.candidates.all())
    names = Counter(_name(candidate) for candidate in candidates)
    lines = [
        _line(row, candidate, team_id, has_namesake=names[_name(candidate)] > 1)
        for candidate in candidates[:LINES]
    ]
    if (more := len(candidates) - LINES) > 0:
        lines.append(count_of(more, "more record"))
    if row.competing_rows:
        lines.append(competing(row.competing_rows))
    return tuple(lines)


def competing(row_numbers: Sequence[int]) -> str:
    """Return that other rows of the file may be the same child.

    >>> competing([4]), competing([4, 9])
    ('Row 4 may be the same child', 'Rows 4 and 9 may be the same child')
    """
    noun = "Row" if len(row_numbers) == 1 else "Rows"
    return f"{noun} {words.listed([str(n) for n in row_numbers])} may be the same child"


def _line(
    row: CohortRow, candidate: RowCandidate, team_id: int, *, has_namesake: bool
) -> str:
    child = candidate.child
    who = f"{_name(candidate)}{_whose(candidate, team_id)}"
    if has_namesake and _may_open(child, team_id):
        who += f", {told_apart(child, hidden=is_hidden(row))}"
    if not candidate.differences:
        return f"{who}: nothing differs"
    line = f"{who}: different {words.listed(words.fields(candidate.differences))}"
    if candidate.reasons and _may_open(child, team_id):
        line += f". {resemblances.why(row, candidate)}"
    return line


def _name(candidate: RowCandidate) -> str:
    return show_name(candidate.child.first_name, candidate.child.last_name)


def told_apart(child: Child, *, hidden: bool) -> str:
    """Return what tells a child from another of the same name.

    :param hidden: no postcode. Beside what differs, the one of another child would
        tell that of a restricted child.
    """
    details = [f"born {show_date(child.date_of_birth)}"]
    if child.postcode and not hidden:
        details.append(child.postcode)
    number = show_nhs_number(child.nhs_number)
    details.append(f"NHS number {number}" if number else "no NHS number")
    details.append(words.place(child.school, home_educated=child.home_educated))
    return ", ".join(details)


def _may_open(child: Child, team_id: int) -> bool:
    team = team_with(child)
    return has_had(team_id, child) and (team is None or team.pk == team_id)


def _whose(candidate: RowCandidate, team_id: int) -> str:
    team = team_with(candidate.child)
    if team is not None and team.pk != team_id:
        return f" (with {team.name})"
    if team is None:
        archived = has_had(team_id, candidate.child)
        return " (archived)" if archived else " (no team has this child now)"
    return ""
