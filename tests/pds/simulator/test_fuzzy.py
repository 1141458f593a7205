"""The algorithmic search: what the national tests assert of it (PDS API, 1.6)."""

import pytest

from pds.simulator.people import Address, Name, Person
from tests.pds.simulator.conftest import code

JOSEPH = Person(
    nhs_number="9990000018",
    names=(Name("Stephen", ("Joseph",)), Name("Attison", ("Joseph",), use="old")),
    date_of_birth="2010-10-22",
    gender="male",
    addresses=(Address("LS1 6AE"),),
    gp_ods_code="Y12345",
)
RESTRICTED = Person(
    nhs_number="9990000026",
    names=(Name("Attison", ("Pauline",)),),
    date_of_birth="2010-10-22",
    gender="female",
    restricted=True,
)


@pytest.fixture
def pds(asking):
    return asking(JOSEPH, RESTRICTED)


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        pytest.param(
            {"family": "Stephen", "given": "Joseph"}, "9990000018", id="equal"
        ),
        pytest.param({"family": "Steven", "given": "Joseph"}, "9990000018", id="sound"),
        pytest.param(
            {"family": "Joseph", "given": "Stephen"}, "9990000018", id="swapped"
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joe"}, "9990000018", id="short form"
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joseph J"}, "9990000018", id="initial"
        ),
        pytest.param(
            {"family": "Attison", "given": "Joseph"}, "9990000018", id="former"
        ),
        pytest.param(
            {"family": "ATTSÖN", "given": "PÀULINÉ"}, "9990000026", id="accents"
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joseph", "general_practitioner": "Z1"},
            "9990000018",
            id="a wrong GP only lowers the score",
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joseph", "address_postalcode": "LS1 6AA"},
            "9990000018",
            id="a mistyped postcode only lowers the score",
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joseph", "address_postalcode": "ZZ99 3VZ"},
            "nobody",
            id="a pseudo postcode",
        ),
        pytest.param(
            {"family": "Jones", "given": "Harriet"}, "nobody", id="nothing like"
        ),
        pytest.param(
            {"family": "Stephen", "given": "Joseph", "email": "a@example.com"},
            "nobody",
            id="a mistyped email",
        ),
    ],
)
def test_names_need_only_be_alike(pds, parameters, found):
    parameters |= {"birthdate": "2010-10-22", "_fuzzy-match": "true"}

    assert pds.found(**parameters) == found


def test_a_wrong_date_of_birth_finds_nobody(pds):
    search = {"family": "Stephen", "given": "Joseph", "_fuzzy-match": "true"}

    assert pds.found(**search, birthdate="2010-10-23") == "nobody"


def test_a_fuzzy_answer_says_that_it_is_approximate(pds):
    search = {"family": "Stephen", "given": "Joseph", "birthdate": "2010-10-22"}

    assert (
        "X-Simulator-Fuzzy" in pds.search(**search, **{"_fuzzy-match": "true"}).headers
    )
    assert "X-Simulator-Fuzzy" not in pds.search(**search).headers


def test_only_a_whole_agreement_scores_one(pds):
    def exact(family: str) -> str:
        search = {"_fuzzy-match": "true", "_exact-match": "true"}
        return pds.found(
            family=family, given="Joseph", birthdate="2010-10-22", **search
        )

    assert exact("Stephen") == JOSEPH.nhs_number
    assert exact("Steven") == "nobody"


def test_family_gender_and_postcode_may_stand_in_for_the_given_name(pds):
    search = {"birthdate": "2010-10-22", "_fuzzy-match": "true", "family": "Stephen"}

    assert code(pds.search(**search, gender="male")) == "INVALID_SEARCH_DATA"
    found = pds.found(**search, gender="male", address_postalcode="LS1 6AE")
    assert found == JOSEPH.nhs_number
