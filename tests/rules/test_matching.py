"""Which child a row is about (spec section 7, rules 1 to 4)."""

import itertools

import pytest

from imports.rules.matching import (
    NOBODY,
    CandidatePair,
    Claim,
    Match,
    Strength,
    competing_rows,
    decide,
)

DETAILS = ("first_name", "last_name", "date_of_birth", "postcode")


def pair(
    child_id=1,
    *,
    differs_in=(),
    same_number=None,
    holds_replaced_number=None,
    row_confirmed=False,
    child_confirmed=False,
):
    return CandidatePair(
        row_id=10,
        row_number=2,
        child_id=child_id,
        same_number=same_number,
        holds_replaced_number=holds_replaced_number,
        row_is_confirmed=row_confirmed,
        child_is_confirmed=child_confirmed,
        **{detail: detail not in differs_in for detail in DETAILS},
    )


def only(child_id=1, strength=Strength.ALIKE, **options):
    return Match((child_id,), strength=strength, **options)


BOTH = {"row_confirmed": True, "child_confirmed": True}
EXACT = only(strength=Strength.ALL_FOUR_DETAILS)
BY_NUMBER = only(strength=Strength.NHS_NUMBER)
DOUBTFUL = only(is_doubtful=True)


@pytest.mark.parametrize(
    ("pairs", "match"),
    [
        pytest.param([], NOBODY, id="nobody resembles them"),
        # --- Rule 1 ---
        pytest.param(
            [pair(same_number=True, differs_in=DETAILS, **BOTH)],
            BY_NUMBER,
            id="a number that PDS confirmed for both settles it",
        ),
        pytest.param(
            [pair(same_number=True, differs_in=["last_name", "postcode"])],
            only(),
            id="an unconfirmed number, with date of birth and first name",
        ),
        pytest.param(
            [
                pair(
                    same_number=True,
                    differs_in=["last_name", "postcode"],
                    row_confirmed=True,
                )
            ],
            BY_NUMBER,
            id="a number confirmed for the row, with date of birth and first name",
        ),
        pytest.param(
            [pair(same_number=True, differs_in=["first_name"], row_confirmed=True)],
            DOUBTFUL,
            id="one confirmation is not enough without the first name",
        ),
        pytest.param(
            [
                pair(
                    same_number=True, differs_in=["date_of_birth"], child_confirmed=True
                )
            ],
            DOUBTFUL,
            id="nor without the date of birth",
        ),
        pytest.param(
            [pair(same_number=True), pair(2)],
            EXACT,
            id="who holds the number comes before one who agrees in all",
        ),
        pytest.param(
            [
                pair(1, same_number=True, differs_in=["first_name"]),
                pair(2, differs_in=["postcode"]),
                pair(
                    3, holds_replaced_number=True, differs_in=["last_name", "postcode"]
                ),
                pair(4, differs_in=["postcode", "last_name"]),
            ],
            Match((1, 2, 3), is_doubtful=True),
            id="a doubtful number shows every child of rules 2 and 3",
        ),
        # --- Rule 2 ---
        pytest.param(
            [pair(holds_replaced_number=True, differs_in=["last_name", "postcode"])],
            only(number_is_replaced=True),
            id="the replaced number, with date of birth and first name",
        ),
        pytest.param(
            [pair(holds_replaced_number=True), pair(2)],
            only(strength=Strength.ALL_FOUR_DETAILS, number_is_replaced=True),
            id="the replaced number comes before one who agrees in all",
        ),
        pytest.param(
            [
                pair(
                    holds_replaced_number=True,
                    differs_in=["first_name", "last_name", "postcode"],
                )
            ],
            NOBODY,
            id="the replaced number alone finds nobody",
        ),
        pytest.param(
            [pair(holds_replaced_number=True, differs_in=["first_name"])],
            only(),
            id="the replaced number of a twin is not replaced",
        ),
        pytest.param(
            [pair(1, same_number=True, **BOTH), pair(2, holds_replaced_number=True)],
            BY_NUMBER,
            id="the number PDS gave comes before the one it replaced",
        ),
        # --- Rule 3 ---
        *[
            pytest.param([pair(differs_in=[detail])], only(), id=f"all but {detail}")
            for detail in DETAILS
        ],
        *[
            pytest.param(
                [pair(differs_in=two)], NOBODY, id=f"all but {' and '.join(two)}"
            )
            for two in itertools.combinations(DETAILS, 2)
        ],
        pytest.param(
            [pair(same_number=False, differs_in=["postcode"], **BOTH)],
            NOBODY,
            id="PDS says two people, and they differ",
        ),
        pytest.param(
            [pair(same_number=False, **BOTH)],
            EXACT,
            id="PDS says two people, but they agree in all",
        ),
        pytest.param(
            [pair(same_number=False, differs_in=["postcode"], row_confirmed=True)],
            only(),
            id="the record's other number is not confirmed",
        ),
        pytest.param(
            [pair(same_number=False, differs_in=["postcode"], child_confirmed=True)],
            only(),
            id="the row's other number is not confirmed",
        ),
        # --- Rule 4 ---
        pytest.param(
            [pair(1, differs_in=["postcode"]), pair(2)],
            only(2, Strength.ALL_FOUR_DETAILS),
            id="of several, the one that agrees in all",
        ),
        pytest.param(
            [pair(2), pair(1), pair(3, differs_in=["postcode"])],
            Match((1, 2, 3)),
            id="two agree in all: a person chooses among all",
        ),
        pytest.param(
            [pair(2, differs_in=["postcode"]), pair(1, differs_in=["last_name"])],
            Match((1, 2)),
            id="none agrees in all: a person chooses",
        ),
        pytest.param(
            [
                pair(1, differs_in=["postcode"]),
                pair(2, same_number=False, differs_in=["postcode"], **BOTH),
            ],
            only(1),
            id="one that is left out is not counted",
        ),
    ],
)
def test_decide(pairs, match):
    assert decide(pairs) == match
    assert decide(pairs[::-1]) == match


def claims(*strengths):
    return [
        Claim(row_id=number, row_number=number, strength=strength)
        for number, strength in enumerate(strengths, start=2)
    ]


@pytest.mark.parametrize(
    ("strengths", "competing"),
    [
        pytest.param([2], [()], id="alone"),
        pytest.param([4, 3], [(), (2,)], id="the number comes before all four"),
        pytest.param([3, 2], [(), (2,)], id="all four come before likeness"),
        pytest.param([4, 2, 3], [(), (2, 4), (2, 3)], id="the others name each other"),
        pytest.param([3, 3], [(3,), (2,)], id="two with all four"),
        pytest.param([4, 4], [(3,), (2,)], id="two by number"),
        pytest.param([2, 2], [(3,), (2,)], id="two that are alike"),
        pytest.param([3, 3, 2], [(3, 4), (2, 4), (2, 3)], id="none stands out"),
        pytest.param([2, 1], [(), (2,)], id="a resemblance does not disturb likeness"),
        pytest.param([3, 3, 1], [(3,), (2,), (2, 3)], id="nor two with all four"),
        pytest.param([1, 1], [(3,), (2,)], id="two that resemble the child"),
    ],
)
def test_competing_rows(strengths, competing):
    all_claims = claims(*strengths)

    assert [competing_rows(c.row_id, all_claims) for c in all_claims] == competing
