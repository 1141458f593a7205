"""Who a search finds: every parameter is a filter, and the answer is current data."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pds.simulator import fuzzy
from pds.simulator.people import BadPeople, Person, fold, fold_postcode
from pds.simulator.query import LITERAL_START, Query

# A wildcard is never as good as the whole name.
WILDCARD_SCORE = 0.9


@dataclass(frozen=True, slots=True)
class Hit:
    person: Person
    score: float


class Population:
    """Everybody PDS knows, indexed by date of birth and start of family name.

    A wildcard may not stand in the first two characters, so those two are known
    for every search and make the index.
    """

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._by_number: dict[str, Person] = {}
        self._by_birth_and_family: dict[tuple[str, str], list[Person]] = defaultdict(
            list
        )
        self._by_birth: dict[str, list[Person]] = defaultdict(list)
        self.add(people)

    def __len__(self) -> int:
        return len(self._by_number)

    def add(self, people: Iterable[Person]) -> None:
        """Add people; one whose number is known already takes the other's place.

        :raises BadPeople: a record is superseded by one that is not there
        """
        added = {person.nhs_number: person for person in people}
        known = {**self._by_number, **added}
        for person in added.values():
            if _successor(person, known) is None:
                raise BadPeople(
                    f"SUPERSEDED_BY of {person.nhs_number} leads to nobody."
                )
        for person in added.values():
            if replaced := self._by_number.pop(person.nhs_number, None):
                for bucket in self._buckets(replaced):
                    bucket.remove(replaced)
            self._by_number[person.nhs_number] = person
            for bucket in self._buckets(person):
                bucket.append(person)

    def read(self, nhs_number: str) -> Person | None:
        """Return the record for a number: its successor's when it was superseded."""
        person = self._by_number.get(nhs_number)
        return person and _successor(person, self._by_number)

    def search(self, query: Query) -> list[Hit]:
        """Return everybody the search finds, the best first."""
        best: dict[str, Hit] = {}
        for person in self._candidates(query):
            score = fuzzy.score(person, query) if query.fuzzy else _score(person, query)
            found = _successor(person, self._by_number) if score else None
            if found is None or found.invalidated or person.invalidated:
                continue
            if found.restricted and query.hides_restricted:
                continue
            if query.exact and score < 1:
                continue
            known = best.get(found.nhs_number)
            if known is None or known.score < score:
                best[found.nhs_number] = Hit(found, score)
        return sorted(best.values(), key=lambda hit: -hit.score)

    def _buckets(self, person: Person) -> Iterator[list[Person]]:
        birth = person.date_of_birth
        yield self._by_birth[birth]
        for start in {fold(name.family)[:LITERAL_START] for name in person.names}:
            yield self._by_birth_and_family[birth, start]

    def _candidates(self, query: Query) -> Iterable[Person]:
        births = query.births
        if births.first == births.last and not query.fuzzy:
            start = query.family[:LITERAL_START]
            return self._by_birth_and_family.get((births.first, start), ())
        if births.first == births.last:
            return self._by_birth.get(births.first, ())
        return (
            person
            for birth, people in self._by_birth.items()
            if birth in births
            for person in people
        )


def _successor(person: Person, known: dict[str, Person]) -> Person | None:
    """Return the record that took this one's place, if there is an end to it."""
    seen = set()
    while person.superseded_by:
        seen.add(person.nhs_number)
        successor = known.get(person.superseded_by)
        if successor is None or successor.nhs_number in seen:
            return None
        person = successor
    return person


def _score(person: Person, query: Query) -> float:
    """Return 0 unless every parameter agrees, 1 if all do without a wildcard."""
    agrees = (
        _a_name_agrees(person, query)
        and person.date_of_birth in query.births
        and (not query.postcode or _a_postcode_agrees(person, query))
        and (not query.gender or person.gender == query.gender)
        and (not query.gp_ods_code or person.gp_ods_code.upper() == query.gp_ods_code)
        and (not query.phone or person.phone == query.phone)
        and (not query.email or person.email.lower() == query.email)
        and (query.deaths is None or _died_in(person, query))
    )
    if not agrees:
        return 0
    return WILDCARD_SCORE if query.has_wildcard else 1


def _a_name_agrees(person: Person, query: Query) -> bool:
    return any(
        _like(fold(name.family), query.family)
        and (not query.given or _given_agrees(name.given, query.given))
        for name in person.names
        if query.history or name.use != "old"
    )


def _given_agrees(held: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    """Test if the names asked for are the first of the names held, in order.

    A wildcard looks at the first given name alone.
    """
    if not held:
        return False
    if "*" in asked[0]:
        if not _like(fold(held[0]), asked[0]):
            return False
        held, asked = held[1:], asked[1:]
    held_words = fold(" ".join(held)).split()
    asked_words = " ".join(asked).split()
    return held_words[: len(asked_words)] == asked_words


def _a_postcode_agrees(person: Person, query: Query) -> bool:
    return any(
        _like(fold_postcode(address.postcode), query.postcode)
        for address in person.addresses
        if query.history or address.use != "old"
    )


def _died_in(person: Person, query: Query) -> bool:
    assert query.deaths is not None
    return person.death is not None and person.death.when[:10] in query.deaths


def _like(held: str, asked: str) -> bool:
    if "*" not in asked:
        return held == asked
    return _pattern(asked).fullmatch(held) is not None


@lru_cache(maxsize=4096)
def _pattern(asked: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in asked.split("*")))
