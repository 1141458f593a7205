"""What is kept small of a large import says the same as what is kept whole."""

from hypothesis import given
from hypothesis import strategies as st

from imports.rules.found import Found
from imports.rules.matching import NOBODY, Claim, Match, Strength, competing_rows

CHILDREN = st.integers(min_value=1, max_value=6)
STRENGTHS = st.sampled_from([Strength.ALIKE, Strength.ALL_FOUR_DETAILS])
ONE_CHILD = st.builds(
    Match,
    st.tuples(CHILDREN),
    is_doubtful=st.booleans(),
    number_is_replaced=st.booleans(),
    strength=STRENGTHS,
)
SIMILAR = st.builds(
    lambda child_id: Match((child_id,), False, False, Strength.SIMILAR, (("birth",),)),
    CHILDREN,
)
SEVERAL = st.builds(Match, st.just((1, 2)))
# The match of a row by the exact rules, and by likeness for those it leaves.
ROWS = st.lists(
    st.tuples(
        st.one_of(ONE_CHILD, SEVERAL, st.just(NOBODY), st.none()),
        st.one_of(SIMILAR, SEVERAL, st.just(NOBODY), st.none()),
        st.lists(CHILDREN, max_size=2, unique=True),
    ),
    max_size=12,
)
STORED = st.lists(
    st.tuples(CHILDREN, st.builds(Claim, st.just(900), st.just(90), STRENGTHS)),
    max_size=1,
)


@given(ROWS, STORED)
def test_found_says_of_each_row_what_was_added(rows, stored):
    found = Found()
    matches, compared_with = {}, {}
    claims = {child_id: [claim] for child_id, claim in stored}

    def add(row_id, match, compared):
        found.add(row_id, row_id + 1, compared, match)
        compared_with[row_id] = tuple(compared)
        if match is not NOBODY:
            matches[row_id] = match
        if match.only_child_id:
            claim = Claim(row_id, row_id + 1, match.strength)
            claims.setdefault(match.only_child_id, []).append(claim)

    for row_id, (exact, _, others) in enumerate(rows, start=1):
        if exact not in (None, NOBODY):
            add(row_id, exact, sorted({*exact.child_ids, *others}))
    for row_id, (exact, likeness, others) in enumerate(rows, start=1):
        if exact in (None, NOBODY) and (exact, likeness) != (None, None):
            match = likeness or NOBODY
            in_vain = others if exact is NOBODY else []
            add(row_id, match, [*in_vain, *sorted({*match.child_ids, *others})])

    found.settle(stored)

    assert dict(found.matches()) == matches
    for row_id in range(1, len(rows) + 1):
        match = matches.get(row_id, NOBODY)
        assert found.match(row_id) == match
        assert found.compared_with(row_id) == compared_with.get(row_id, ())
        expected = ()
        if match.only_child_id:
            expected = competing_rows(row_id, claims[match.only_child_id])
        assert found.competing_rows(row_id, match) == expected
    assert sorted(found.claimed()) == sorted(
        match.only_child_id for match in matches.values() if match.only_child_id
    )
