"""Reading one record, in every state a record can be in (PDS API, 1.8)."""

import pytest

from pds.simulator import named
from tests.pds.simulator.conftest import code

UNISSUED = "9990000018"


def test_an_ordinary_record_is_unrestricted_and_whole(pds):
    response = pds.read(named.ORDINARY.nhs_number)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/fhir+json"
    patient = response.json()
    assert patient["id"] == named.ORDINARY.nhs_number
    assert patient["meta"]["security"][0]["code"] == "U"
    assert patient["birthDate"] == "2014-05-01"
    assert patient["address"][0]["postalCode"] == "XA1 1AA"
    assert patient["generalPractitioner"][0]["identifier"]["value"] == "Y90001"
    assert [name["use"] for name in patient["name"]] == ["usual", "nickname"]


def test_the_etag_is_the_version_of_the_record(pds):
    response = pds.read(named.ORDINARY.nhs_number)

    assert response.headers["ETag"] == 'W/"2"'
    assert response.json()["meta"]["versionId"] == "2"


def test_a_restricted_record_does_not_say_where_the_person_is(pds):
    patient = pds.read(named.RESTRICTED.nhs_number).json()

    assert patient["meta"]["security"][0]["code"] == "R"
    assert patient["name"][0]["family"] == "Rowanberry"
    assert not {"address", "telecom", "contact", "generalPractitioner"} & patient.keys()


def test_the_name_of_a_restricted_record_may_be_gone(pds):
    assert "name" not in pds.read(named.RESTRICTED_WITHOUT_NAME.nhs_number).json()


def test_a_superseded_number_answers_with_the_record_that_replaced_it(pds):
    response = pds.read(named.SUPERSEDED.nhs_number)

    assert response.status_code == 200
    assert response.json()["id"] == named.SUCCESSOR.nhs_number


def test_an_invalidated_record_cannot_be_retrieved(pds):
    response = pds.read(named.INVALIDATED.nhs_number)

    assert (response.status_code, code(response)) == (404, "INVALIDATED_RESOURCE")
    assert response.json()["issue"][0]["code"] == "processing"


def test_a_number_that_nobody_has_is_not_found(pds):
    response = pds.read(UNISSUED)

    assert (response.status_code, code(response)) == (404, "RESOURCE_NOT_FOUND")
    assert response.json()["issue"][0]["severity"] == "information"
    assert response.json()["issue"][0]["code"] == "not-found"


@pytest.mark.parametrize(
    "number", ["9999900004", "999990000", "99999000033", "99999o0003", "abc"]
)
def test_a_bad_number_is_refused(pds, number):
    response = pds.read(number)

    assert (response.status_code, code(response)) == (400, "INVALID_RESOURCE_ID")


@pytest.mark.parametrize(
    ("number", "notification"),
    [("9999900070", "2"), ("9999900089", "1"), ("9999900097", "U")],
)
def test_a_death_comes_with_the_status_of_its_notification(pds, number, notification):
    patient = pds.read(number).json()

    [extension] = patient["extension"]
    assert extension["url"].endswith("UKCore-DeathNotificationStatus")
    status, effective = extension["extension"]
    assert status["valueCodeableConcept"]["coding"][0]["code"] == notification
    assert effective == {"url": "systemEffectiveDate", "valueDateTime": "2024-02-01"}


def test_a_minimal_record_holds_nothing_but_its_number(pds):
    patient = pds.read(named.MINIMAL.nhs_number).json()

    assert patient.keys() == {"resourceType", "id", "identifier", "meta"}


@pytest.mark.parametrize(
    ("number", "value"),
    [("9999900119", "2014"), ("9999900127", "2014-05"), ("9999900135", None)],
)
def test_a_date_of_birth_may_be_partial_or_absent(pds, number, value):
    assert pds.read(number).json().get("birthDate") == value


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("9999900143", "2024"),
        ("9999900151", "2024-02"),
        ("9999900178", "2024-06-01T10:30:00+01:00"),
        ("9999900186", None),
    ],
)
def test_a_date_of_death_comes_in_many_forms(pds, number, value):
    assert pds.read(number).json().get("deceasedDateTime") == value


def test_the_usual_name_need_not_come_first(pds):
    names = pds.read("9999900194").json()["name"]

    assert [(name["use"], name["family"]) for name in names] == [
        ("temp", "Teasel"),
        ("usual", "Thistle"),
    ]
    assert names[0]["period"] == {"start": "2024-01-01"}


def test_parts_of_names_and_addresses_may_be_missing(pds):
    assert "given" not in pds.read("9999900208").json()["name"][0]
    assert "postalCode" not in pds.read("9999900216").json()["address"][0]
    assert pds.read("9999900224").json()["address"][0]["postalCode"] == "XA11AA"


def test_there_may_be_two_home_addresses_with_periods(pds):
    addresses = pds.read("9999900232").json()["address"]

    assert [address["use"] for address in addresses] == ["home", "home"]
    assert all(address["period"]["start"] for address in addresses)


def test_a_telephone_number_may_begin_with_tel(pds):
    assert pds.read("9999900240").json()["telecom"][0]["value"] == "tel:07700900240"


def test_a_read_shows_former_names_and_a_search_does_not(pds):
    read = pds.read("9999900259").json()
    found = pds.search(family="Foxglove", birthdate="2014-05-01").json()

    assert [name["use"] for name in read["name"]] == ["usual", "old"]
    [entry] = found["entry"]
    assert [name["use"] for name in entry["resource"]["name"]] == ["usual"]
    assert len(entry["resource"]["address"]) == 1


def test_nobody_has_related_people(pds):
    bundle = pds.get(f"/Patient/{named.RESTRICTED.nhs_number}/RelatedPerson").json()

    assert (bundle["total"], "entry" in bundle) == (0, False)
