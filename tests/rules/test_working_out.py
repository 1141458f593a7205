"""What a row comes to, once the rules are put together (spec sections 7, 9, 11)."""

import pytest

from children.rules.contacts import Details, KnownContact
from imports.rules.differences import Field
from imports.rules.fingerprint import fingerprint
from imports.rules.matching import NOBODY, Match, Strength
from imports.rules.outcomes import Archived, Move, NotImported, Outcome
from imports.rules.worked_out import Candidate, ChildFacts, Importing, RowFacts
from imports.rules.working_out import conclude
from schoolmoves.rules.moving import Place, Standing
from tests.rules.test_differences import CHILD as VALUES
from tests.rules.test_differences import ROW as ROW_VALUES

US, THEM = 1, 2
SCHOOL, OTHER_SCHOOL = Place(10), Place(20)
MOTHER = Details("Ngozi Okafor", "mother", "", "+447700900123", "n@example.com")

CHILD = ChildFacts(
    id=5,
    values=VALUES,
    contacts=(KnownContact(1, MOTHER),),
    standing=Standing(SCHOOL, US),
)
ROW = RowFacts(
    id=10,
    row_number=2,
    values=ROW_VALUES,
    parents=(MOTHER, Details()),
    place=SCHOOL,
    deceased=False,
)
ALL_FOUR = Match((5,), strength=Strength.ALL_FOUR_DETAILS)
BY_NUMBER = Match((5,), strength=Strength.NHS_NUMBER)
DOUBTFUL = Match((5,), is_doubtful=True, strength=Strength.ALIKE)

MOVED_HOUSE = {"postcode": "M1 1AE"}
OTHER_CLASS = {"registration": "8T5"}


def row(*, place=SCHOOL, deceased=False, parents=ROW.parents, **values):
    changed = ROW_VALUES._replace(**values)
    return ROW._replace(values=changed, place=place, deceased=deceased, parents=parents)


def child(*, child_id=5, standing=CHILD.standing, contacts=CHILD.contacts, **values):
    changed = VALUES._replace(**values)
    return ChildFacts(child_id, changed, contacts, standing)


def worked_out(a_row=ROW, match=ALL_FOUR, children=(CHILD,), competing_rows=()):
    by_id = {one.id: one for one in children}
    return conclude(a_row, match, by_id, competing_rows, Importing(US, 2026))


@pytest.mark.parametrize(
    ("a_row", "match", "a_child", "competing_rows", "outcome", "move"),
    [
        pytest.param(
            ROW, NOBODY, CHILD, (), Outcome.NEW, Move.AT_ONCE, id="nobody is like it"
        ),
        pytest.param(
            row(deceased=True),
            NOBODY,
            CHILD,
            (),
            Outcome.NEW,
            Move.NONE,
            id="new, and deceased",
        ),
        pytest.param(
            ROW,
            ALL_FOUR,
            CHILD,
            (),
            Outcome.ALREADY_IN_MAVIS,
            Move.NONE,
            id="all alike",
        ),
        pytest.param(
            row(place=OTHER_SCHOOL),
            ALL_FOUR,
            CHILD,
            (),
            Outcome.ALREADY_IN_MAVIS,
            Move.FOR_PERSON,
            id="another school is no difference",
        ),
        pytest.param(
            row(**MOVED_HOUSE),
            BY_NUMBER,
            CHILD,
            (),
            Outcome.CLOSE_MATCH,
            Move.NONE,
            id="a difference needs a person, whatever the number says",
        ),
        pytest.param(
            row(place=OTHER_SCHOOL, **MOVED_HOUSE),
            ALL_FOUR,
            CHILD,
            (),
            Outcome.CLOSE_MATCH,
            Move.FOR_PERSON,
            id="a difference and a move",
        ),
        pytest.param(
            ROW, DOUBTFUL, CHILD, (), Outcome.CLOSE_MATCH, Move.NONE, id="in doubt"
        ),
        pytest.param(
            ROW, ALL_FOUR, CHILD, (7,), Outcome.CLOSE_MATCH, Move.NONE, id="contested"
        ),
        pytest.param(
            ROW,
            ALL_FOUR,
            child(standing=Standing(SCHOOL, None)),
            (),
            Outcome.ALREADY_IN_MAVIS,
            Move.AT_ONCE,
            id="archived, and no field differs",
        ),
        pytest.param(
            row(**MOVED_HOUSE),
            BY_NUMBER,
            child(standing=Standing(SCHOOL, None)),
            (),
            Outcome.CLOSE_MATCH,
            Move.AT_ONCE,
            id="archived, the number is confirmed, and a field differs",
        ),
        pytest.param(
            row(**MOVED_HOUSE),
            ALL_FOUR,
            child(standing=Standing(SCHOOL, None)),
            (),
            Outcome.CLOSE_MATCH,
            Move.AT_ONCE,
            id="archived, but not certain",
        ),
        pytest.param(
            ROW,
            ALL_FOUR,
            child(standing=Standing(SCHOOL, None)),
            (7,),
            Outcome.CLOSE_MATCH,
            Move.AT_ONCE,
            id="archived, and contested",
        ),
        pytest.param(
            row(place=Place()),
            BY_NUMBER,
            child(standing=Standing(SCHOOL, THEM)),
            (),
            Outcome.NOT_IMPORTED,
            Move.NONE,
            id="at a school of another team",
        ),
        pytest.param(
            row(place=Place(), **MOVED_HOUSE),
            ALL_FOUR,
            child(standing=Standing(SCHOOL, THEM)),
            (),
            Outcome.CLOSE_MATCH,
            Move.FOR_PERSON,
            id="perhaps at a school of another team",
        ),
        pytest.param(
            row(deceased=True, place=OTHER_SCHOOL),
            ALL_FOUR,
            CHILD,
            (),
            Outcome.ALREADY_IN_MAVIS,
            Move.NONE,
            id="deceased",
        ),
    ],
)
def test_outcome_and_move(a_row, match, a_child, competing_rows, outcome, move):
    one = worked_out(a_row, match, [a_child], competing_rows)

    assert (one.outcome, one.move) == (outcome, move)
    is_close_match = outcome is Outcome.CLOSE_MATCH
    assert bool(one.candidates) == is_close_match
    assert (one.not_imported_reason is not None) == (outcome is Outcome.NOT_IMPORTED)
    assert one.competing_rows == competing_rows


def test_additions_include_contacts_and_leave_a_close_match_one():
    father = Details("John Okafor")

    already = worked_out(row(parents=(father,), **OTHER_CLASS))
    close = worked_out(row(parents=(father,), **OTHER_CLASS, **MOVED_HOUSE))

    assert already.additions == (Field.REGISTRATION, Field.CONTACTS)
    assert close.additions == already.additions
    assert close.differences == (Field.POSTCODE,)
    assert close.candidates == (Candidate(5, (Field.POSTCODE,)),)


def test_a_row_that_is_not_imported_adds_nothing():
    archived = child(standing=Standing(SCHOOL, None))
    kept = row(**OTHER_CLASS)._replace(archive_choice=Archived.KEPT)

    one = worked_out(kept, children=[archived])

    assert one.not_imported_reason is NotImported.ARCHIVED
    assert one.additions == ()
    assert one.matched_child_id == 5


def test_each_of_several_candidates_has_its_own_differences():
    children = [child(postcode="M1 1AE"), child(child_id=6, gender="male")]

    one = worked_out(row(gender="female"), Match((5, 6)), children)

    assert one.outcome is Outcome.CLOSE_MATCH
    assert (one.matched_child_id, one.claimed_child_id) == (None, None)
    assert one.candidates == (
        Candidate(5, (Field.POSTCODE,)),
        Candidate(6, (Field.GENDER,)),
    )


def test_what_becomes_of_an_archived_child_is_said():
    children = [child(standing=Standing(SCHOOL, None))]

    assert worked_out().archived is None
    assert worked_out(children=children).archived is Archived.RESTORED


@pytest.mark.parametrize(("team_id", "other"), [(US, None), (THEM, THEM), (None, None)])
def test_the_other_team_is_named(team_id, other):
    one = worked_out(children=[child(standing=Standing(SCHOOL, team_id))])

    assert one.other_team_id == other


# --- The fingerprint: whatever the reviewer saw, and nothing else ---


@pytest.mark.parametrize(
    ("a_row", "before", "after"),
    [
        pytest.param(ROW, CHILD, child(gender="male"), id="a field not in the file"),
        pytest.param(
            row(**MOVED_HOUSE),
            CHILD,
            child(preferred_first_name="Ama"),
            id="a field that does not differ",
        ),
    ],
)
def test_a_change_that_the_row_does_not_touch_needs_no_second_look(
    a_row, before, after
):
    assert (
        worked_out(a_row, children=[before]).fingerprint
        == worked_out(a_row, children=[after]).fingerprint
    )


@pytest.mark.parametrize(
    ("a_row", "before", "after"),
    [
        pytest.param(ROW, CHILD, child(postcode="M1 1AE"), id="a new difference"),
        pytest.param(
            row(**MOVED_HOUSE),
            CHILD,
            child(postcode="EH6 7AA"),
            id="another value that differs",
        ),
        pytest.param(
            row(address_line_1="2 Low Road"),
            child(address_line_1="1 High Street"),
            child(address_line_1="3 Mid Lane"),
            id="another address to be replaced",
        ),
        pytest.param(
            row(**OTHER_CLASS),
            CHILD,
            child(registration="8T5", registration_academic_year=2026),
            id="an addition that is no more",
        ),
        pytest.param(
            ROW, CHILD, child(standing=Standing(SCHOOL, THEM)), id="another team"
        ),
        pytest.param(
            ROW, CHILD, child(standing=Standing(SCHOOL, None)), id="archived meanwhile"
        ),
        pytest.param(
            ROW,
            child(standing=Standing(SCHOOL, None, archive_reason="other")),
            child(standing=Standing(SCHOOL, None, archive_reason="moved_out_of_area")),
            id="archived for another reason",
        ),
        pytest.param(
            row(place=OTHER_SCHOOL),
            CHILD,
            child(standing=Standing(Place(30), US)),
            id="a move from elsewhere",
        ),
        pytest.param(
            row(parents=(Details("John", "father", "", "", "n@example.com"),)),
            child(contacts=()),
            child(contacts=(KnownContact(1, MOTHER._replace(relationship="unknown")),)),
            id="a contact that is changed, not made",
        ),
        pytest.param(
            row(**MOVED_HOUSE),
            CHILD,
            child(postcode=""),
            id="a difference that is no more",
        ),
    ],
)
def test_a_change_that_the_row_touches_needs_a_second_look(a_row, before, after):
    assert (
        worked_out(a_row, children=[before]).fingerprint
        != worked_out(a_row, children=[after]).fingerprint
    )


def test_competition_is_in_the_fingerprint():
    prints = {worked_out(competing_rows=rows).fingerprint for rows in ((), (3,), (4,))}

    assert len(prints) == 3


def test_a_candidate_that_appears_is_in_the_fingerprint():
    two = worked_out(match=Match((5, 6)), children=[CHILD, child(child_id=6)])
    three = worked_out(
        match=Match((5, 6, 7)), children=[CHILD, child(child_id=6), child(child_id=7)]
    )

    assert two.fingerprint != three.fingerprint


def test_a_fingerprint_does_not_depend_on_the_order_of_keys_nor_on_blanks():
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": (2,), "a": 1, "c": ()})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
