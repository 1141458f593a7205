"""What is sent to PDS, step by step."""

import pytest

from pds.rules.cascade import Step
from pds.rules.questions import Read, question, questions
from tests.pds.cast import HERS, sought


def sent(step, **details):
    asked = question(step, sought(**details))
    return asked and dict(asked.parameters)


ALL = {
    "family": "Okafor",
    "given": "Amara",
    "birthdate": "eq2014-03-27",
    "address-postalcode": "SW1A1AA",
    "_history": "true",
    "_max-results": "1",
}


@pytest.mark.parametrize(
    ("step", "changed", "left_out"),
    [
        (Step.EXACT, {}, ()),
        (Step.EXACT_WITHOUT_HISTORY, {}, ("_history",)),
        (Step.WILDCARD_POSTCODE, {"address-postalcode": "SW*"}, ()),
        (Step.WILDCARD_FIRST_NAME, {"given": "Ama*"}, ()),
        (Step.WILDCARD_LAST_NAME, {"family": "Oka*"}, ()),
        (Step.WITHOUT_POSTCODE, {}, ("address-postalcode",)),
    ],
)
def test_each_step_sends_its_own(step, changed, left_out):
    expected = {**ALL, **changed}
    for name in left_out:
        del expected[name]

    assert sent(step) == expected


def test_verify_reads_the_number_of_the_file():
    assert question(Step.VERIFY, sought(nhs_number=HERS)) == Read(HERS)
    assert question(Step.VERIFY, sought()) is None


@pytest.mark.parametrize(
    ("name", "wildcard"),
    [
        ("Amara", "Ama*"),
        ("Zoë", "Zoë*"),
        ("Jo", None),
        ("O'N", None),
        ("J-P", None),
        ("O’Brien", "O'Br*"),
        ("Jo Anne", "Jo A*"),
    ],
)
def test_a_wildcard_stands_after_three_letters(name, wildcard):
    first = sent(Step.WILDCARD_FIRST_NAME, first_name=name)
    last = sent(Step.WILDCARD_LAST_NAME, last_name=name)

    assert (first and first["given"]) == (last and last["family"]) == wildcard


def test_a_pseudo_postcode_is_never_sent():
    asked = questions(sought(postcode="ZZ99 3CZ"))

    assert [dict(one.parameters).get("address-postalcode") for one in asked] == [None]


def test_names_are_cut_to_what_pds_takes():
    parameters = sent(Step.EXACT, last_name="Okafor " * 20)

    assert len(parameters["family"]) <= 35
    assert parameters["family"] == parameters["family"].strip()


def test_the_same_question_is_the_same_in_any_case_and_spacing():
    def normalised(**details):
        return [asked.normalised for asked in questions(sought(**details))]

    assert normalised(first_name="AMARA", postcode="sw1a1aa") == normalised()
    assert normalised(first_name="Amára") != normalised()
    assert len(set(normalised(nhs_number=HERS))) == len(Step)
