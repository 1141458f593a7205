"""Who a search finds (PDS API, 1.4 to 1.7)."""

import pytest

from pds.simulator import named
from pds.simulator.people import Address, Death, Name, Person
from tests.pds.simulator.conftest import NOW, code, diagnostics

JANE = Person(
    nhs_number="9990000018",
    names=(
        Name("O'Dell", ("Jane", "Marie Anne")),
        Name("O'Dell", ("Janey",), use="nickname"),
        Name("Brown", ("Jane",), use="old"),
    ),
    date_of_birth="2010-10-22",
    gender="female",
    addresses=(Address("LS1 6AE"), Address("M1 1AE", use="old")),
    gp_ods_code="Y12345",
    phone="01632960587",
    email="Jane@Example.com",
)
PIERRE = Person(
    nhs_number="9990000026",
    names=(Name("Lefèvre", ("Jean Paul",)),),
    date_of_birth="2011-02-03",
    gender="male",
    addresses=(Address("LS1 6AE"),),
    death=Death("2020-05-05"),
)


@pytest.fixture
def pds(asking):
    return asking(JANE, PIERRE)


BIRTHDAY = {"birthdate": "eq2010-10-22"}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"family": "o'dell"}, True),
        ({"family": "O'DELL", "given": "JANE"}, True),
        ({"family": "O'Dell", "given": "Janey"}, True),
        ({"family": "O’Dell"}, False),
        ({"family": "O`Dell"}, False),
        ({"family": "Oʼdell"}, False),
        ({"family": "Odell"}, False),
        ({"family": "O'Del"}, False),
        ({"family": "O'D*"}, True),
        ({"family": "O'*l*"}, True),
        ({"family": "O'*x*"}, False),
        ({"family": "Brown"}, False),
        ({"family": "Brown", "_history": "true"}, True),
        ({"family": "O'Dell", "given": "Ja*"}, True),
        ({"family": "O'Dell", "given": "Jane Marie"}, True),
        ({"family": "O'Dell", "given": "Marie"}, False),
        ({"family": "O'Dell", "given": "Ma*"}, False),
        ({"family": "O'Dell", "address_postalcode": "ls16ae"}, True),
        ({"family": "O'Dell", "address_postcode": "LS1 6AE"}, True),
        ({"family": "O'Dell", "address_postalcode": "LS*"}, True),
        ({"family": "O'Dell", "address_postalcode": "M1 1AE"}, False),
        (
            {"family": "O'Dell", "address_postalcode": "M1 1AE", "_history": "true"},
            True,
        ),
        ({"family": "O'Dell", "gender": "female"}, True),
        ({"family": "O'Dell", "gender": "male"}, False),
        ({"family": "O'Dell", "general_practitioner": "Y12345"}, True),
        ({"family": "O'Dell", "general_practitioner": "Y1234"}, False),
        ({"family": "O'Dell", "phone": "01632960587"}, True),
        ({"family": "O'Dell", "email": "jane@example.com"}, True),
        ({"family": "O'Dell", "email": "jane@example.org"}, False),
        ({"family": "O'Dell", "_exact-match": "true"}, True),
        ({"family": "O'D*", "_exact-match": "true"}, False),
        ({"family": "O'Dell", "death_date": "ge2000-01-01"}, False),
    ],
)
def test_every_parameter_is_a_filter(pds, parameters, found):
    assert pds.found(**parameters, **BIRTHDAY) == (
        JANE.nhs_number if found else "nobody"
    )


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["2010-10-22"], True),
        (["eq2010-10-22"], True),
        (["ge2010-10-22"], True),
        (["le2010-10-22"], True),
        (["ge2010-10-23"], False),
        (["ge2010-01-01", "le2010-12-31"], True),
        (["ge2010-01-01", "le2010-10-21"], False),
    ],
)
def test_dates_of_birth_may_be_a_range(pds, conditions, found):
    parameters = [("birthdate", condition) for condition in conditions]

    answer = pds.found(*parameters, family="O'Dell")

    assert answer == (JANE.nhs_number if found else "nobody")


def test_given_names_may_be_repeated_and_more_of_them_match_less(pds):
    def jane(*given: str) -> str:
        parameters = [("given", name) for name in given]
        return pds.found(*parameters, family="O'Dell", **BIRTHDAY)

    assert jane("Jane", "Marie") == JANE.nhs_number
    assert jane("Jane", "Louise") == "nobody"


def test_accents_are_folded_and_compound_names_are_one_name(pds):
    found = pds.found(family="Lefevre", given="jean paul", birthdate="2011-02-03")

    assert found == PIERRE.nhs_number


def test_a_date_of_death_is_a_filter(pds):
    def died(when: str) -> str:
        return pds.found(family="Lefevre", birthdate="2011-02-03", death_date=when)

    assert died("2020-05-05") == PIERRE.nhs_number
    assert died("ge2020-05-06") == "nobody"


def test_an_answer_that_former_data_found_carries_current_data_only(pds):
    body = pds.search(family="Brown", _history="true", **BIRTHDAY).json()

    assert "Brown" not in str(body)
    assert body["entry"][0]["resource"]["address"] == [
        {"id": "address0", "use": "home", "postalCode": "LS1 6AE"}
    ]


def test_one_match_is_a_bundle_with_a_score(pds):
    body = pds.search(family="O'Dell", **BIRTHDAY).json()

    assert (body["resourceType"], body["type"]) == ("Bundle", "searchset")
    assert body["timestamp"] == NOW.isoformat()
    assert body["entry"][0]["search"] == {"score": 1}


def test_a_wildcard_hit_scores_below_one(pds):
    body = pds.search(family="O'D*", **BIRTHDAY).json()

    assert 0 < body["entry"][0]["search"]["score"] < 1


def test_several_matches_are_said_and_not_shown(pds):
    response = pds.search(family="Mulberry", birthdate="2014-05-01")

    assert (response.status_code, code(response)) == (200, "TOO_MANY_MATCHES")
    [issue] = response.json()["issue"]
    assert (issue["severity"], issue["code"]) == ("information", "multiple-matches")


def test_restricted_people_are_hidden_from_a_search_with_a_postcode_or_a_gp(pds):
    rosa = {"family": "Rowanberry", "birthdate": "2014-05-01"}

    assert pds.found(**rosa) == named.RESTRICTED.nhs_number
    assert pds.found(**rosa, address_postalcode="XA1 1AA") == "nobody"
    assert pds.found(**rosa, address_postalcode="XA*") == "nobody"
    assert pds.found(**rosa, general_practitioner="Y90001") == "nobody"


def test_an_invalidated_record_is_never_found(pds):
    assert pds.found(family="Ivyleaf", birthdate="2014-05-01") == "nobody"


def test_a_superseded_record_is_found_as_the_one_that_replaced_it(pds):
    found = pds.found(family="Saxifrage", given="Sorrel", birthdate="2014-05-01")

    assert found == named.SUCCESSOR.nhs_number


REFUSALS = [
    ([], "UNSUPPORTED_SERVICE", ""),
    ([("_max-results", "1")], "UNSUPPORTED_SERVICE", ""),
    ([("surname", "Smith")], "ADDITIONAL_PROPERTIES", "'surname'"),
    (
        [("birthdate", "01-01-2000")],
        "INVALID_VALUE",
        "'01-01-2000' in field 'birthdate'",
    ),
    ([("birthdate", "2015-02-30")], "INVALID_VALUE", "'birthdate'"),
    ([("birthdate", "gt2015-02-03")], "INVALID_VALUE", "'birthdate'"),
    ([("death-date", "2015")], "INVALID_VALUE", "'2015' in field 'death-date'"),
    ([("family", "Smith")], "MISSING_VALUE", "birth_date/birth_date_range_start"),
    (
        [("given", "Jane"), ("birthdate", "2015-02-03")],
        "INVALID_SEARCH_DATA",
        "minimum",
    ),
]
SMITH = [("family", "Smith"), ("birthdate", "2015-02-03")]
REFUSALS += [
    ([*SMITH, ("gender", "male$")], "INVALID_VALUE", "'male$' in field 'gender'"),
    ([*SMITH, ("general-practitioner", "12*")], "INVALID_VALUE", "'12*'"),
    (
        [*SMITH, ("address-postalcode", "BD$ 2NB")],
        "INVALID_VALUE",
        "'address-postcode'",
    ),
    ([*SMITH, ("_fuzzy-match", "test")], "INVALID_VALUE", "'_fuzzy-match'"),
    (
        [*SMITH, ("address-postalcode", "L*")],
        "INVALID_SEARCH_DATA",
        "address.postalCode",
    ),
    ([*SMITH, ("address-postalcode", "*2AA")], "INVALID_SEARCH_DATA", "postalCode"),
    (
        [*SMITH, ("address-postalcode", "LS1 6AE"), ("address-postcode", "LS1 6AE")],
        "INVALID_SEARCH_DATA",
        "postalCode",
    ),
    ([*SMITH, ("given", "S*")], "INVALID_SEARCH_DATA", "'name.given'"),
    ([*SMITH, ("given", "*earch")], "INVALID_SEARCH_DATA", "'name.given'"),
    ([*SMITH, ("given", "%$£James")], "INVALID_SEARCH_DATA", "'name.given'"),
    ([("family", "*apping"), SMITH[1]], "INVALID_SEARCH_DATA", "'name.family'"),
    ([("family", "M*"), SMITH[1]], "INVALID_SEARCH_DATA", "'name.family'"),
    ([("family", "m" * 36), SMITH[1]], "INVALID_SEARCH_DATA", "'name.family'"),
    (
        [*SMITH, ("_fuzzy-match", "true")],
        "INVALID_SEARCH_DATA",
        "fuzzy search criteria",
    ),
    (
        [*SMITH, ("given", "Ja*"), ("_fuzzy-match", "true")],
        "INVALID_SEARCH_DATA",
        "fuzzy search criteria",
    ),
]


@pytest.mark.parametrize(("parameters", "refused_as", "because"), REFUSALS)
def test_what_is_wrong_with_a_search_is_said(pds, parameters, refused_as, because):
    response = pds.search(*parameters)

    assert (response.status_code, code(response)) == (400, refused_as)
    assert because in diagnostics(response)
    assert response.headers["Content-Type"] == "application/fhir+json"


@pytest.mark.parametrize(
    ("wrong", "refused_as"),
    [
        ([("surname", "x"), ("birthdate", "x")], "ADDITIONAL_PROPERTIES"),
        ([("birthdate", "x"), ("family", "S*")], "INVALID_VALUE"),
        ([("death-date", "x"), ("family", "Smith")], "INVALID_VALUE"),
        ([("family", "S*")], "MISSING_VALUE"),
    ],
)
def test_the_first_thing_wrong_is_the_one_that_is_said(pds, wrong, refused_as):
    assert code(pds.search(*wrong)) == refused_as
