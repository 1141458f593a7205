"""Who competes for a child among rows that are looked at together, and others."""

import pytest

from imports.rules.found import Found
from imports.rules.matching import NOBODY, Claim, Match, Strength

AMARA, CHIDI = 501, 502


def only(child_id, strength=Strength.ALIKE):
    return Match((child_id,), strength=strength)


@pytest.mark.parametrize(
    ("matches", "stored", "competing"),
    [
        ([only(AMARA)], [], [()]),
        ([only(AMARA), only(CHIDI)], [], [(), ()]),
        ([only(AMARA), only(AMARA)], [], [(12,), (11,)]),
        ([only(AMARA), NOBODY, only(AMARA)], [], [(13,), (), (11,)]),
        # It may be one of two: it claims neither.
        ([only(AMARA), Match((AMARA, CHIDI))], [], [(), ()]),
        # A row that was worked out before claims one of them too.
        ([only(AMARA), only(CHIDI)], [(AMARA, Strength.ALIKE)], [(90,), ()]),
        ([only(AMARA), only(AMARA)], [(AMARA, Strength.ALIKE)], [(12, 90), (11, 90)]),
        # The strongest claim has the child to itself.
        (
            [only(AMARA, Strength.NHS_NUMBER), only(AMARA)],
            [(AMARA, Strength.ALL_FOUR_DETAILS)],
            [(), (11, 90)],
        ),
    ],
)
def test_rows_that_claim_one_child_compete(matches, stored, competing):
    found = Found()
    for row_id, match in enumerate(matches, start=1):
        found.add(row_id, row_id + 10, [AMARA, CHIDI], match)
    found.add_claims(
        (child_id, Claim(900, 90, strength)) for child_id, strength in stored
    )

    rows = range(1, len(matches) + 1)
    assert [found.competing_rows(row_id) for row_id in rows] == competing
    assert [found.match(row_id) for row_id in rows] == matches


def test_whom_a_row_was_compared_with_is_told_though_nothing_came_of_it():
    found = Found()
    found.add(1, 11, [AMARA, CHIDI], NOBODY)

    assert found.compared_with(1) == (AMARA, CHIDI)
    assert found.compared_with(2) == ()
    assert found.matches == {}
    assert found.match(2) is NOBODY
    assert found.competing_rows(2) == ()
