"""The cascade: every path of the spec's table, without HTTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pds.rules import cascade
from pds.rules.answers import Nobody, OnePerson, Rejected
from pds.rules.cascade import (
    CONFIRMING,
    NEXT,
    Asked,
    End,
    Result,
    Step,
    gave_up,
    judged,
    next_step,
)
from pds.rules.outcomes import TraceOutcome, UploadedNumber
from pds.rules.questions import question
from tests.pds.cast import ANOTHERS, AT, HERS, SUCCESSOR, one, sought

NONE, MANY = Nobody.NO_MATCHES, Nobody.TOO_MANY
SEARCH = [step for step in Step if step is not Step.VERIFY]
# Found by the first name's first letters, and not by her own name.
TWIN = one(ANOTHERS, first="Amaka")
MARRIED = one(last="Bello")


def look_up(child, **answers):
    """Run a lookup in which each step has its answer; return its steps and verdict."""
    steps = ()
    while isinstance(step := next_step(child, steps), Step):
        if question(step, child) is None:
            steps += (Asked(step, Result.SKIPPED, AT),)
        else:
            steps += (judged(child, steps, step, answers[step.value], AT),)
    return [(asked.step.value, asked.result.value) for asked in steps], step


def told(verdict):
    return verdict.outcome, verdict.nhs_number, verdict.uploaded_number


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("result", Result)
def test_every_result_of_every_step_leads_somewhere(step, result):
    assert isinstance(NEXT[step][result], Step | End)
    assert isinstance(CONFIRMING[result], Step | End)


# The Search table of the spec, line by line: one, none, too many, skipped.
@pytest.mark.parametrize(
    ("step", "one", "none", "too_many", "skipped"),
    [
        (1, End.ACCEPT, 3, 2, 2),  # only ZZ99 skips it, and then step 2 too
        (2, End.ACCEPT, End.NOT_FOUND, End.NOT_FOUND, 3),
        (3, 6, 4, 4, 4),
        (4, End.ACCEPT, 5, 5, 5),
        (5, End.ACCEPT, 6, 6, 6),
        (6, End.ACCEPT, End.NOT_FOUND, End.NOT_FOUND, End.NOT_FOUND),
    ],
)
def test_the_table_is_that_of_the_spec(step, one, none, too_many, skipped):
    def after(result):
        following = NEXT[SEARCH[step - 1]][result]
        return following if isinstance(following, End) else SEARCH.index(following) + 1

    assert after(Result.ONE_MATCH) == one
    assert after(Result.NO_MATCHES) == after(Result.DID_NOT_AGREE) == none
    assert after(Result.TOO_MANY) == too_many
    assert after(Result.SKIPPED) == skipped
    assert after(Result.ERROR) == End.ERROR


@pytest.mark.parametrize(
    ("answers", "path", "outcome", "number"),
    [
        pytest.param(
            {"exact": one(first="Somebody", last="Else")},
            ["exact one_match"],
            TraceOutcome.FOUND,
            HERS,
            id="one with history, whatever it is called now",
        ),
        pytest.param(
            {"exact": MANY, "exact_without_history": one()},
            ["exact too_many", "exact_without_history one_match"],
            TraceOutcome.FOUND,
            HERS,
            id="too many with history, one without",
        ),
        pytest.param(
            {"exact": MANY, "exact_without_history": NONE},
            ["exact too_many", "exact_without_history no_matches"],
            TraceOutcome.NOT_FOUND,
            None,
            id="too many with history, none without: the end",
        ),
        pytest.param(
            {"exact": MANY, "exact_without_history": MANY},
            ["exact too_many", "exact_without_history too_many"],
            TraceOutcome.NOT_FOUND,
            None,
            id="too many both ways: the end",
        ),
        pytest.param(
            {"exact": NONE, "wildcard_postcode": one(), "without_postcode": one()},
            [
                "exact no_matches",
                "wildcard_postcode one_match",
                "without_postcode one_match",
            ],
            TraceOutcome.FOUND,
            HERS,
            id="moved nearby, confirmed at once without postcode",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": one(),
                "without_postcode": MANY,
                "wildcard_first_name": NONE,
                "wildcard_last_name": NONE,
            },
            [
                "exact no_matches",
                "wildcard_postcode one_match",
                "without_postcode too_many",
                "wildcard_first_name no_matches",
                "wildcard_last_name no_matches",
            ],
            TraceOutcome.NOT_FOUND,
            None,
            id="a namesake elsewhere: not accepted, and step 6 not asked again",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": one(),
                "without_postcode": one(ANOTHERS),
            },
            [
                "exact no_matches",
                "wildcard_postcode one_match",
                "without_postcode did_not_agree",
            ],
            TraceOutcome.CONFLICT,
            None,
            id="another number without postcode: conflict",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": MARRIED,
                "wildcard_first_name": MANY,
                "wildcard_last_name": one(last="Bello"),
            },
            [
                "exact no_matches",
                "wildcard_postcode did_not_agree",
                "wildcard_first_name too_many",
                "wildcard_last_name one_match",
            ],
            TraceOutcome.FOUND,
            HERS,
            id="another last name: accepted by step 5, not by step 3",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": NONE,
                "wildcard_first_name": TWIN,
                "wildcard_last_name": NONE,
                "without_postcode": NONE,
            },
            [
                "exact no_matches",
                "wildcard_postcode no_matches",
                "wildcard_first_name did_not_agree",
                "wildcard_last_name no_matches",
                "without_postcode no_matches",
            ],
            TraceOutcome.NOT_FOUND,
            None,
            id="a twin: kept as possible, not used",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": NONE,
                "wildcard_first_name": TWIN,
                "wildcard_last_name": one(),
            },
            [
                "exact no_matches",
                "wildcard_postcode no_matches",
                "wildcard_first_name did_not_agree",
                "wildcard_last_name one_match",
            ],
            TraceOutcome.CONFLICT,
            None,
            id="accepted, but another was possible: conflict",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": NONE,
                "wildcard_first_name": NONE,
                "wildcard_last_name": NONE,
                "without_postcode": one(is_restricted=True, postcodes=()),
            },
            [
                "exact no_matches",
                "wildcard_postcode no_matches",
                "wildcard_first_name no_matches",
                "wildcard_last_name no_matches",
                "without_postcode one_match",
            ],
            TraceOutcome.FOUND,
            HERS,
            id="restricted: accepted without postcode",
        ),
        pytest.param(
            {
                "exact": NONE,
                "wildcard_postcode": MARRIED,
                "wildcard_first_name": NONE,
                "wildcard_last_name": NONE,
                "without_postcode": MARRIED,
            },
            [
                "exact no_matches",
                "wildcard_postcode did_not_agree",
                "wildcard_first_name no_matches",
                "wildcard_last_name no_matches",
                "without_postcode did_not_agree",
            ],
            TraceOutcome.NOT_FOUND,
            None,
            id="being seen twice accepts nothing",
        ),
        pytest.param(
            {"exact": NONE, "wildcard_postcode": Rejected("INVALID_SEARCH_DATA")},
            ["exact no_matches", "wildcard_postcode error"],
            TraceOutcome.ERROR,
            None,
            id="a question that PDS rejects is an error, never no match",
        ),
    ],
)
def test_search(answers, path, outcome, number):
    steps, verdict = look_up(sought(), **answers)

    assert [" ".join(step) for step in steps] == path
    assert told(verdict) == (outcome, number, UploadedNumber.NONE)


@pytest.mark.parametrize(
    ("read", "uploaded_number", "number"),
    [
        pytest.param(one(), UploadedNumber.VERIFIED, HERS, id="hers"),
        pytest.param(
            one(SUCCESSOR), UploadedNumber.REPLACED, SUCCESSOR, id="superseded"
        ),
    ],
)
def test_a_number_in_the_file_that_is_verified_needs_no_search(
    read, uploaded_number, number
):
    steps, verdict = look_up(sought(nhs_number=HERS), verify=read)

    assert steps == [("verify", "verified")]
    assert told(verdict) == (TraceOutcome.FOUND, number, uploaded_number)


@pytest.mark.parametrize(
    ("read", "result", "uploaded_number"),
    [
        (Nobody.NOT_HELD, "no_matches", UploadedNumber.NOT_HELD),
        (Nobody.VOID, "no_matches", UploadedNumber.VOID),
        (Rejected("INVALID_RESOURCE_ID"), "error", UploadedNumber.NOT_HELD),
        (one(first="Leo"), "did_not_agree", UploadedNumber.SOMEONE_ELSE),
        (one(SUCCESSOR, first="Leo"), "did_not_agree", UploadedNumber.SOMEONE_ELSE),
    ],
)
def test_a_number_in_the_file_that_is_not_verified_is_searched_for(
    read, result, uploaded_number
):
    child = sought(nhs_number=HERS)

    steps, verdict = look_up(child, verify=read, exact=MANY, exact_without_history=NONE)
    assert steps[0] == ("verify", result)
    assert told(verdict) == (TraceOutcome.NOT_FOUND, None, uploaded_number)

    _, verdict = look_up(child, verify=read, exact=one(ANOTHERS))
    assert told(verdict) == (TraceOutcome.FOUND, ANOTHERS, UploadedNumber.REPLACED)

    _, verdict = look_up(child, verify=read, exact=one(HERS))
    assert told(verdict) == (TraceOutcome.FOUND, HERS, UploadedNumber.VERIFIED)


def test_the_number_of_the_file_is_no_part_of_a_conflict():
    _, verdict = look_up(
        sought(nhs_number=ANOTHERS),
        verify=one(ANOTHERS, first="Leo"),
        exact=NONE,
        wildcard_postcode=one(HERS),
        without_postcode=one(HERS),
    )

    assert told(verdict) == (TraceOutcome.FOUND, HERS, UploadedNumber.REPLACED)


def test_a_pseudo_postcode_skips_all_but_the_last_step():
    steps, verdict = look_up(
        sought(postcode="ZZ99 3VZ"), without_postcode=one(is_restricted=True)
    )

    assert [result for _, result in steps] == ["skipped"] * 5 + ["one_match"]
    assert [step for step, _ in steps] == [step.value for step in SEARCH]
    assert verdict.outcome == TraceOutcome.FOUND


def test_a_pseudo_postcode_alone_does_not_make_one_match_enough():
    steps, verdict = look_up(sought(postcode="ZZ99 3VZ"), without_postcode=one())

    assert steps[-1] == ("without_postcode", "did_not_agree")
    assert told(verdict) == (TraceOutcome.NOT_FOUND, None, UploadedNumber.NONE)


def test_a_short_name_skips_its_wildcard():
    steps, _ = look_up(
        sought(first_name="Jo", last_name="O'N"),
        exact=NONE,
        wildcard_postcode=NONE,
        without_postcode=NONE,
    )

    assert ("wildcard_first_name", "skipped") in steps
    assert ("wildcard_last_name", "skipped") in steps
    assert steps[-1] == ("without_postcode", "no_matches")


def test_a_lookup_that_is_given_up_ends_in_error_with_its_steps():
    child = sought(nhs_number=HERS)

    steps, verdict = gave_up(child, (), Step.VERIFY, AT)

    assert [(asked.step, asked.result) for asked in steps] == [
        (Step.VERIFY, Result.ERROR)
    ]
    assert told(verdict) == (TraceOutcome.ERROR, None, UploadedNumber.NOT_HELD)


ANSWERS = st.sampled_from(
    [NONE, MANY, one(), TWIN, MARRIED, one(is_restricted=True), Rejected("X")]
)


@given(
    answers=st.fixed_dictionaries({step.value: ANSWERS for step in Step}),
    number=st.sampled_from([None, HERS, ANOTHERS]),
    postcode=st.sampled_from(["SW1A 1AA", "ZZ99 3WZ"]),
)
def test_every_lookup_ends_asks_nothing_twice_and_uses_no_doubtful_number(
    answers, number, postcode
):
    child = sought(nhs_number=number, postcode=postcode)

    steps, verdict = look_up(child, **answers)

    names = [step for step, _ in steps]
    assert len(names) == len(set(names)) <= len(Step)
    accepted = steps[-1][1] in {"verified", "one_match"}
    numbers = {
        answers[step].person.nhs_number
        for step, result in steps
        if step != "verify"
        and result != "skipped"
        and isinstance(answers[step], OnePerson)
    }
    is_found = verdict.outcome is TraceOutcome.FOUND
    assert is_found == (accepted and len(numbers) <= 1)
    assert (verdict.outcome is TraceOutcome.CONFLICT) == (len(numbers) > 1)
    assert (verdict.nhs_number is not None) == is_found


def test_a_step_names_what_is_sent():
    from pds.rules.questions import SENT

    assert set(SENT) == set(cascade.Step)
