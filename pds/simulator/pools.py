"""Who can be drawn under which label: people on their own, twins, namesakes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from pds.simulator import invented
from pds.simulator.labels import Born, Label
from pds.simulator.people import Person

# Whom one draw takes: those the rows are about, or who make them special.
Group = tuple[Person, ...]

# Characters of a postcode that a search may leave, at the least.
AREA = 2


def pools(
    people: Sequence[Person], strangers: Sequence[Person], born: Born
) -> Mapping[Label, Sequence[Group]]:
    """Return the groups that each label can be drawn from."""
    usable = [person for person in people if _is_usable(person, born)]
    ordinary = [person for person in usable if not person.restricted]
    replaced = {person.superseded_by for person in people}
    homes, names = defaultdict(list), defaultdict(list)
    for person in ordinary:
        name, birth = person.names[0], person.date_of_birth
        homes[name.family, birth, person.addresses[0]].append(person)
        names[name.family, name.given[0], birth].append(person)
    twins = [tuple(group) for group in homes.values() if len(group) == 2]
    namesakes = [group for group in names.values() if len(group) > 1]
    alone: dict[Label, Sequence[Person]] = {
        Label.AS_HELD: ordinary,
        Label.TYPING_SLIP: ordinary,
        Label.NICKNAME: [
            p for p in ordinary if p.names[0].given[0] in invented.SHORT_FORMS
        ],
        Label.SWAPPED_NAMES: ordinary,
        Label.SWAPPED_DAY_AND_MONTH: [
            p for p in ordinary if day_and_month_swapped(p.date_of_birth) in born
        ],
        Label.MOVED_HOUSE: ordinary,
        Label.CHANGED_NAME: [p for p in ordinary if p.names[-1].use == "old"],
        Label.TWIN: [p for pair in twins for p in pair],
        Label.TWIN_NOT_ON_PDS: ordinary,
        Label.NAMESAKE: [p for group in namesakes for p in group],
        Label.RESTRICTED: [person for person in usable if person.restricted],
        Label.SUPERSEDED: [p for p in ordinary if p.nhs_number in replaced],
        Label.NOT_ON_PDS: [p for p in strangers if _is_usable(p, born)],
    }
    return {
        **{label: [(person,) for person in pool] for label, pool in alone.items()},
        Label.TWINS_WITH_SWAPPED_NUMBERS: twins,
        Label.NAMESAKE_IN_NEW_AREA: list(_apart(namesakes)),
    }


def area(postcode: str) -> str:
    return postcode[:AREA]


def day_and_month_swapped(birth: str) -> str:
    """Return a date with day and month swapped; blank if that is none, or the same."""
    year, month, day = birth.split("-")
    return f"{year}-{day}-{month}" if day <= "12" and day != month else ""


def _is_usable(person: Person, born: Born) -> bool:
    is_a_record = not (person.superseded_by or person.invalidated or person.death)
    return is_a_record and person.date_of_birth in born


def _apart(namesakes: Sequence[Sequence[Person]]) -> Iterator[Group]:
    """Yield a child and the one namesake, who lives where the child never did."""
    for group in namesakes:
        for child, other in permutations(group, 2):
            lived = {area(address.postcode) for address in child.addresses}
            if len(group) == 2 and area(other.addresses[0].postcode) not in lived:
                yield child, other
