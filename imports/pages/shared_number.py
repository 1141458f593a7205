"""The page about two children for whom PDS has one NHS number."""

import datetime
from dataclasses import dataclass

from children import queries as children
from children.models import Child
from imports.models import SharedNumber
from imports.pages import words
from imports.pages.merging import Detail, Merge
from imports.queries import shared_numbers as queries
from imports.rules.refreshing import NumberResolution
from mavis.models import Team
from mavis.pages import show_name, show_nhs_number

MERGE = (NumberResolution.MERGED.value, "Merge records")
KEEP_BOTH = (NumberResolution.KEPT_BOTH.value, "Keep both records")


@dataclass(frozen=True, slots=True)
class SharedNumberLine:
    """One in the list of issues: whose number PDS has replaced, and who has it."""

    id: int
    name: str
    number: str
    age: str

    @classmethod
    def of(cls, shared: SharedNumber, *, now: datetime.datetime) -> "SharedNumberLine":
        child = shared.child
        return cls(
            id=shared.pk,
            name=show_name(child.first_name, child.last_name),
            number=show_nhs_number(shared.number_of_child),
            age=words.age(shared.raised_at, now),
        )


@dataclass(frozen=True, slots=True)
class SharedNumberPage:
    """Both records, as far as the team may see them, and what may be chosen.

    - `details`: of both side by side; none when another team has the other child
    - `other_team`: the name of that team; blank if the other child is this team's
    """

    id: int
    child_id: int
    name: str
    number: str
    new_number: str
    other_id: int | None
    other_name: str
    other_team: str
    details: tuple[Detail, ...]
    choices: tuple[tuple[str, str], ...]
    seen: str

    @classmethod
    def of(
        cls, team: Team, shared: SharedNumber, *, today: datetime.date
    ) -> "SharedNumberPage":
        child = children.child_for(team, shared.child_id)
        other = queries.other_of_team(team, shared)
        both = Merge.of(child, other, today=today) if other else None
        return cls(
            id=shared.pk,
            child_id=child.pk,
            name=show_name(child.first_name, child.last_name),
            number=show_nhs_number(child.nhs_number),
            new_number=show_nhs_number(shared.nhs_number),
            other_id=other.pk if other else None,
            other_name=show_name(
                shared.other_child.first_name, shared.other_child.last_name
            ),
            other_team="" if other else _team_of(shared.other_child),
            details=both.details if both else (),
            choices=(MERGE, KEEP_BOTH) if both else (KEEP_BOTH,),
            seen=both.seen if both else "",
        )


def _team_of(child: Child) -> str:
    team = queries.team_with(child)
    return team.name if team else "another team"
