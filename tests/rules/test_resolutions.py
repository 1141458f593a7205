"""What a person may decide about a close match, and which number goes where."""

import pytest

from imports.rules import resolutions
from imports.rules.differences import Comparison, Field
from imports.rules.resolutions import LABELS, Candidate, Number, Resolution, Take

A, B = "9990000018", "9990000026"
NONE = Number()
USE, KEEP = Resolution.USE_UPLOADED, Resolution.KEEP_EXISTING
BOTH, CHOOSE = Resolution.KEEP_BOTH, Resolution.CHOOSE_FIELDS


def confirmed(number):
    return Number(number, confirmed=True)


def compared(*differences, additions=()):
    return Comparison(tuple(differences), tuple(additions))


@pytest.mark.parametrize(
    ("row", "child", "both_offered"),
    [
        pytest.param(
            confirmed(A), confirmed(A), False, id="one number, confirmed twice"
        ),
        pytest.param(confirmed(A), Number(A), True, id="confirmed for the row only"),
        pytest.param(Number(A), confirmed(A), True, id="confirmed for the child only"),
        pytest.param(Number(A), Number(A), True, id="confirmed for neither"),
        pytest.param(confirmed(A), confirmed(B), True, id="two numbers"),
        pytest.param(NONE, NONE, True, id="no number is no shared number"),
    ],
)
def test_keep_both_is_withheld_when_pds_says_that_they_are_one(
    row, child, both_offered
):
    beside = resolutions.offered(Candidate(child), row)
    as_another_candidate = resolutions.offered(Candidate(NONE), row, others=[child])

    assert (BOTH in beside) == both_offered
    assert (BOTH in as_another_candidate) == both_offered


@pytest.mark.parametrize(
    ("candidate", "choosable", "choices"),
    [
        pytest.param(
            Candidate(NONE), [Field.POSTCODE], (USE, KEEP, BOTH, CHOOSE), id="our child"
        ),
        pytest.param(Candidate(NONE), [], (USE, KEEP, BOTH), id="nothing differs"),
        pytest.param(
            Candidate(NONE, is_elsewhere=True),
            [Field.POSTCODE],
            (KEEP, BOTH),
            id="another team's child",
        ),
        pytest.param(None, [], (BOTH,), id="no record is left"),
    ],
)
def test_what_is_offered_depends_on_who_has_the_child(candidate, choosable, choices):
    assert resolutions.offered(candidate, NONE, choosable=choosable) == choices


def test_every_choice_has_its_words():
    assert list(LABELS) == list(Resolution)


@pytest.mark.parametrize(
    ("number", "holder", "may_be_taken"),
    [
        pytest.param(confirmed(A), NONE, True, id="nobody has it"),
        pytest.param(Number(A), NONE, True, id="nobody has it, not confirmed"),
        pytest.param(confirmed(A), Number(A), True, id="held unconfirmed"),
        pytest.param(confirmed(A), confirmed(A), False, id="held confirmed"),
        pytest.param(Number(A), Number(A), False, id="nobody has a better claim"),
        pytest.param(Number(A), confirmed(A), False, id="somebody has a better claim"),
        pytest.param(NONE, NONE, False, id="there is no number"),
    ],
)
def test_only_a_confirmed_number_is_taken_from_another_child(
    number, holder, may_be_taken
):
    assert resolutions.may_take(number, holder) is may_be_taken
    new_child = resolutions.number_of_new_child(number, holder)
    assert new_child == (number if may_be_taken else NONE)


@pytest.mark.parametrize(
    ("row", "child", "holder", "taken"),
    [
        pytest.param(confirmed(A), NONE, NONE, True, id="the child had none"),
        pytest.param(confirmed(A), Number(B), NONE, True, id="the number differs"),
        pytest.param(confirmed(A), confirmed(B), NONE, True, id="both are confirmed"),
        pytest.param(confirmed(A), Number(A), NONE, True, id="PDS confirms the same"),
        pytest.param(confirmed(A), confirmed(A), NONE, False, id="nothing to take"),
        pytest.param(Number(A), NONE, NONE, False, id="not confirmed: only by choice"),
        pytest.param(Number(A), Number(B), NONE, False, id="not confirmed, differs"),
        pytest.param(confirmed(A), NONE, Number(A), True, id="another loses it"),
        pytest.param(confirmed(A), NONE, confirmed(A), False, id="another keeps it"),
        pytest.param(NONE, NONE, NONE, False, id="the row has none"),
    ],
)
def test_use_uploaded_takes_the_number_that_pds_confirmed(row, child, holder, taken):
    fields = resolutions.taken_by_use(compared(Field.POSTCODE), row, child, holder)

    assert fields == ((Field.NHS_NUMBER,) if taken else ()) + (Field.POSTCODE,)


def test_use_uploaded_takes_what_differs_and_what_the_record_gains():
    comparison = compared(
        Field.GENDER, Field.FIRST_NAME, additions=[Field.REGISTRATION, Field.NHS_NUMBER]
    )

    fields = resolutions.taken_by_use(comparison, NONE, NONE, NONE)

    assert fields == (Field.FIRST_NAME, Field.REGISTRATION, Field.GENDER)


@pytest.mark.parametrize(
    ("differs", "row", "uploaded", "child", "holder", "offered"),
    [
        pytest.param(True, confirmed(A), A, confirmed(B), NONE, True, id="differs"),
        pytest.param(False, Number(A), A, NONE, NONE, True, id="not confirmed"),
        pytest.param(True, Number(A), A, Number(B), NONE, True, id="over another"),
        pytest.param(
            True, Number(A), A, confirmed(B), NONE, False, id="never over a confirmed"
        ),
        pytest.param(False, NONE, A, NONE, NONE, True, id="void, or someone else's"),
        pytest.param(
            False, NONE, A, confirmed(B), NONE, False, id="void over a confirmed one"
        ),
        pytest.param(False, confirmed(A), A, NONE, NONE, False, id="simply added"),
        pytest.param(False, Number(A), A, NONE, Number(A), False, id="another's"),
        pytest.param(
            True, confirmed(A), A, Number(B), confirmed(A), False, id="surely another's"
        ),
        pytest.param(False, NONE, None, NONE, NONE, False, id="none at all"),
    ],
)
def test_a_number_is_chosen_only_where_it_would_not_be_taken_without_a_word(
    differs, row, uploaded, child, holder, offered
):
    comparison = compared(*([Field.NHS_NUMBER] if differs else []), Field.GENDER)

    fields = resolutions.choosable(comparison, row, uploaded, child, holder)

    assert (Field.NHS_NUMBER in fields) is offered
    assert Field.GENDER in fields


def test_choosing_takes_what_was_chosen_and_what_needs_no_choice():
    by_use = (Field.NHS_NUMBER, Field.REGISTRATION, Field.GENDER, Field.POSTCODE)

    fields = resolutions.taken_by_choice(
        by_use,
        (Field.NHS_NUMBER, Field.GENDER, Field.POSTCODE),
        {
            Field.NHS_NUMBER: Take.EXISTING,
            Field.GENDER: Take.UPLOADED,
            Field.POSTCODE: Take.EXISTING,
            # Not among those that can be chosen.
            Field.FIRST_NAME: Take.UPLOADED,
        },
    )

    assert fields == (Field.REGISTRATION, Field.GENDER)
