"""What comparing the rows of an import with children has come to.

Every row of an import has to be known before any can be concluded, for another may
claim the same child. Nearly all have one child and nothing more to be said of it: of
those four numbers are kept and not the objects, by which matching 100,000 rows took
54 MB.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from imports.rules.matching import NOBODY, Claim, Match, Strength, competing_rows
from imports.rules.numbers import place_of, repeated


class Found:
    """The matches of some rows, the claims to their children, and all whom they resemble.

    Add each row that was compared with a child, then `settle` the claims, and then ask.
    """

    def __init__(self) -> None:
        # Rows with one child and nothing to be said of it, in the order of their ids.
        self._rows = array("q")
        self._row_numbers = array("q")
        self._children = array("q")
        self._strengths = array("b")
        # Of all other rows with whom they were compared: each row, and where what is
        # said of it begins in a list of children.
        self._other_rows = array("q")
        self._beginnings = array("q")
        self._compared_with = array("q")
        self._matches: dict[int, Match] = {}  # of those that have one
        self._claims: list[tuple[int, Claim]] = []  # of those in _matches
        self._disputed: dict[int, list[Claim]] = {}

    def add(
        self, row_id: int, row_number: int, compared: Sequence[int], match: Match
    ) -> None:
        """Add what a row has come to.

        :param compared: the children that it was compared with
        """
        child_id = match.only_child_id
        in_order = not self._rows or self._rows[-1] < row_id
        if (
            child_id is not None
            and in_order
            and tuple(compared) == match.child_ids
            and match == Match(match.child_ids, strength=match.strength)
        ):
            self._rows.append(row_id)
            self._row_numbers.append(row_number)
            self._children.append(child_id)
            self._strengths.append(match.strength)
            return
        self._other_rows.append(row_id)
        self._beginnings.append(len(self._compared_with))
        self._compared_with.extend(compared)
        if match is not NOBODY:
            self._matches[row_id] = match
        if child_id is not None:
            claim = Claim(row_id, row_number, match.strength)
            self._claims.append((child_id, claim))

    def claimed(self) -> Sequence[int]:
        """Return the children that a row would have to itself, once for each row."""
        claimed = array("q", self._children)
        claimed.extend(child_id for child_id, _ in self._claims)
        return claimed

    def settle(self, stored: Iterable[tuple[int, Claim]]) -> None:
        """Note who claims a child that another row claims too.

        :param stored: claims of other rows of the import to the same children
        """
        disputed: dict[int, list[Claim]] = {}
        for child_id, claim in stored:
            disputed.setdefault(child_id, []).append(claim)
        for child_id in repeated(self.claimed()):
            disputed.setdefault(child_id, [])
        for place, child_id in enumerate(self._children):
            if child_id in disputed:
                disputed[child_id].append(self._claim(place))
        for child_id, claim in self._claims:
            if child_id in disputed:
                disputed[child_id].append(claim)
        self._disputed = disputed
        self._put_in_order()

    def _put_in_order(self) -> None:
        rows = self._other_rows
        begins = [*self._beginnings, len(self._compared_with)]
        order = sorted(range(len(rows)), key=rows.__getitem__)
        beginnings, compared_with = array("q", [0]), array("q")
        for place in order:
            compared_with += self._compared_with[begins[place] : begins[place + 1]]
            beginnings.append(len(compared_with))
        self._other_rows = array("q", map(rows.__getitem__, order))
        self._beginnings, self._compared_with = beginnings, compared_with

    def _claim(self, place: int) -> Claim:
        return Claim(
            self._rows[place], self._row_numbers[place], self._strengths[place]
        )

    def matches(self) -> Iterator[tuple[int, Match]]:
        """Return each row that has a match, with it."""
        yield from ((row_id, self.match(row_id)) for row_id in self._rows)
        yield from self._matches.items()

    def match(self, row_id: int) -> Match:
        """Return the match of a row."""
        place = self._place(row_id)
        if place is None:
            return self._matches.get(row_id, NOBODY)
        return Match(
            (self._children[place],), strength=Strength(self._strengths[place])
        )

    def compared_with(self, row_id: int) -> tuple[int, ...]:
        """Return the children that a row was compared with."""
        place = self._place(row_id)
        if place is not None:
            return (self._children[place],)
        place = place_of(row_id, self._other_rows)
        if place is None:
            return ()
        begins, ends = self._beginnings[place : place + 2]
        return tuple(self._compared_with[begins:ends])

    def competing_rows(self, row_id: int, match: Match) -> tuple[int, ...]:
        """Return the row numbers that keep a row from having its child to itself.

        :param match: the row's own
        """
        claims = self._disputed.get(match.only_child_id or 0)
        return competing_rows(row_id, claims) if claims else ()

    def _place(self, row_id: int) -> int | None:
        return place_of(row_id, self._rows)
