"""What Mavis itself proposes, by the statements and the rules that an import uses."""

from dataclasses import dataclass

from imports.rules import similarity
from imports.stages.work_out import find_matches
from mavis.quality.labelled import Labelled, Person
from mavis.quality.scores import Proposal
from mavis.quality.sql import IMPORT_ID, tables_of
from mavis.rules.names import fold

# What the exact rules find comes before what is similar.
EXACT = 1_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """Pairs that the exact rules (1 to 4) propose, and that similarity (5) does."""

    exact: list[Proposal]
    similar: list[Proposal]

    @property
    def all(self) -> list[Proposal]:
        return [*self.exact, *self.similar]


def proposals(data: Labelled) -> Proposed:
    """Return the pairs that an import of these rows would propose or take for certain."""
    with tables_of(data):
        found = find_matches(IMPORT_ID, sorted(data.rows), pool_size=len(data.children))
    proposed = Proposed([], [])
    for row_id, match in found.matches.items():
        is_similar = bool(match.reasons)
        for child_id in match.child_ids:
            points = compare(data, row_id, child_id).points
            weight = points if is_similar else points + EXACT
            pairs = proposed.similar if is_similar else proposed.exact
            pairs.append(Proposal(row_id, child_id, weight))
    return proposed


def compare(data: Labelled, row_id: int, child_id: int) -> similarity.Resemblance:
    """Compare a labelled row with a labelled child."""
    return similarity.compare(
        _person(data.rows[row_id]), _person(data.children[child_id])
    )


def _person(one: Person) -> similarity.Person:
    return similarity.Person(
        first_name=one.first_name,
        last_name=one.last_name,
        first_name_key=fold(one.first_name),
        last_name_key=fold(one.last_name),
        date_of_birth=one.date_of_birth,
        postcode=one.postcode,
    )
