"""When the file and PDS agree about a child."""

from datetime import date

import pytest

from pds.rules.agreement import (
    are_alike,
    birth_and_both_names_agree,
    birth_and_first_name_agree,
    verifies,
)
from pds.rules.answers import PersonName
from pds.rules.short_forms import FULL_NAMES
from tests.pds.cast import BORN, person, sought

ELSEWHERE = {"postcodes": ("M1 1AE",)}


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        ("AMARA", "Amara", True),
        ("Zoë", "Zoe", True),
        ("Łucja", "Lucja", True),
        ("Mary-Jane", "Mary Jane", True),
        ("Mary Jane", ("Mary", "Jane"), True),
        ("Mary", ("Mary", "Jane"), True),
        ("Jane", ("Mary", "Jane"), False),  # the first name of a twin, perhaps
        ("Sam", "Samuel", True),
        ("Samantha", "Sam", True),
        ("Samuel", "Samantha", False),
        ("Tom", "Tommy", False),  # two short forms
        ("Mohammed", "Muhammad", False),
        ("Amara", "Amaraa", False),
        ("Amara", (), False),
    ],
)
def test_first_names(ours, theirs, agree):
    them = person(first=theirs)

    assert birth_and_first_name_agree(them, sought(first_name=ours)) is agree


@pytest.mark.parametrize(
    ("ours", "theirs", "agree"),
    [
        pytest.param({}, {}, True, id="nothing is known"),
        pytest.param({"twins": {"charlotte"}}, {}, False, id="her twin is in the file"),
        pytest.param({"twins": {"amara"}}, {}, True, id="a twin of another name"),
        pytest.param({"gender": "male"}, {"gender": "female"}, False, id="his sister"),
        pytest.param({"gender": "female"}, {"gender": "female"}, True, id="a girl"),
        pytest.param({"gender": "male"}, {"gender": "unknown"}, True, id="not known"),
        pytest.param({"gender": "not_known"}, {"gender": "male"}, True, id="not given"),
        pytest.param({}, {"gender": "female"}, True, id="given by PDS alone"),
    ],
)
def test_a_short_form_is_no_name_of_a_twin(ours, theirs, agree):
    charlie = sought(first_name="Charlie", **ours)
    charlotte = person(first="Charlotte", **theirs)

    assert birth_and_first_name_agree(charlotte, charlie) is agree
    assert verifies(charlotte, charlie) is agree


def test_the_very_name_agrees_whatever_twins_there_are():
    amara = sought(twins={"amara"}, gender="male")

    assert birth_and_first_name_agree(person(gender="female"), amara)


def test_any_name_in_the_answer_will_do():
    them = person(
        names=(
            PersonName((), "Okafor"),
            PersonName(("Amarachi",), "Bello"),
            PersonName(("Amara",), ""),
        )
    )

    assert birth_and_both_names_agree(them, sought())
    assert not birth_and_both_names_agree(them, sought(last_name="Osei"))


def test_no_name_agrees_with_a_missing_one():
    assert not birth_and_both_names_agree(person(last=""), sought(last_name="-"))


@pytest.mark.parametrize("born", [date(2014, 3, 28), None])
def test_a_date_of_birth_must_be_the_same_day(born):
    assert not birth_and_first_name_agree(person(date_of_birth=born), sought())
    assert not verifies(person(date_of_birth=born), sought())


@pytest.mark.parametrize(
    ("them", "details", "verified"),
    [
        pytest.param(person(), {}, True, id="all agree"),
        pytest.param(person(last="Bello"), {}, True, id="all but the last name"),
        pytest.param(person(**ELSEWHERE), {}, True, id="all but the postcode"),
        pytest.param(
            person(last="Bello", **ELSEWHERE), {}, False, id="neither of the two"
        ),
        pytest.param(
            person(postcodes=("sw1a1aa",), last="Bello"), {}, True, id="spacing, case"
        ),
        pytest.param(
            person(last="Bello", postcodes=("ZZ99 3VZ",)),
            {"postcode": "ZZ99 3VZ"},
            False,
            id="ZZ99 agrees with nothing",
        ),
        pytest.param(
            person(is_restricted=True, postcodes=()), {}, True, id="restricted"
        ),
        pytest.param(person(names=(), postcodes=()), {}, False, id="minimal record"),
        pytest.param(
            person(first="Muhammad"), {"first_name": "Mohammed"}, True, id="alike"
        ),
        pytest.param(
            person(first="Muhammad"),
            {"first_name": "Mohammed", "may_be_twin": True},
            False,
            id="alike, but there may be a twin",
        ),
        pytest.param(
            person(first="Muhammad", last="Bello"),
            {"first_name": "Mohammed"},
            False,
            id="alike, but another last name",
        ),
        pytest.param(
            person(first="Muhammad", **ELSEWHERE),
            {"first_name": "Mohammed"},
            False,
            id="alike, but another postcode",
        ),
        pytest.param(
            person(first="Samantha"), {"first_name": "Samuel"}, False, id="not alike"
        ),
        pytest.param(
            person(first="Amara"), {"may_be_twin": True}, True, id="a twin by name"
        ),
    ],
)
def test_verify(them, details, verified):
    assert verifies(them, sought(**details)) is verified


def test_nothing_verifies_without_the_date_of_birth():
    assert not verifies(person(), sought(date_of_birth=BORN.replace(day=7)))


@pytest.mark.parametrize(
    "pair",
    """mohammed muhammad|mohamed mohammad|sophia sofia|catherine kathryn|aisha ayesha
    isabelle isobel|jon john|stephen steven|yusuf yousef|ibrahim ebrahim
    fatima fatimah|jakob jacob|lily lilly|sara sarah|ahmed ahmad|olivia olvia
    amelia ameila""".replace("\n", "|").split("|"),
)
def test_slips_and_other_spellings_are_alike(pair):
    ours, theirs = pair.split()

    assert are_alike(ours, theirs)
    assert are_alike(theirs, ours)


@pytest.mark.parametrize(
    "pair",
    """samuel samantha|oliver olivia|jayden hayden|ella bella|emily emma|amy emma
    jack zack|alexander alexandra|christian christina|julian juliana|daniel danielle
    harry henry|simon simone|joseph josephine|mia maya|noah nia""".replace(
        "\n", "|"
    ).split("|"),
)
def test_names_of_two_people_are_not_alike(pair):
    ours, theirs = pair.split()

    assert not are_alike(ours, theirs)
    assert not are_alike(theirs, ours)


def test_short_forms_are_folded_and_never_their_own_full_name():
    for short, full_names in FULL_NAMES.items():
        assert short.isascii()
        assert short.islower()
        assert full_names
        assert short not in full_names
