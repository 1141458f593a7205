"""What an answer of PDS means, from the four shapes of a 200 to rubbish."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pds.rules.answers import (
    Fault,
    Nobody,
    OnePerson,
    PersonName,
    RefusesUs,
    Rejected,
)
from pds.rules.fhir import read_reply, search_reply
from tests.pds.cast import BORN, HERS, SUCCESSOR, TOO_MANY, bundle, outcome, patient

DEATH = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus"


def body(resource):
    return resource if isinstance(resource, bytes) else json.dumps(resource).encode()


def read(resource, status=200):
    return read_reply(status, body(resource))


def search(resource, status=200):
    return search_reply(status, body(resource))


def person_of(**fields):
    return read(patient(**fields)).person


def without(resource, *names):
    return {name: value for name, value in resource.items() if name not in names}


def test_one_match_is_a_person():
    found = search(bundle(patient()))

    assert found == read(patient())
    assert found.person.nhs_number == HERS
    assert found.person.names == (PersonName(("Amara",), "Okafor"),)
    assert found.person.date_of_birth == BORN
    assert found.person.postcodes == ("SW1A 1AA",)
    assert found.person.gender == ""
    assert not found.person.is_restricted
    assert not found.person.is_deceased


@pytest.mark.parametrize(
    ("said", "gender"), [("female", "female"), (" male ", "male"), (7, ""), (None, "")]
)
def test_gender_is_as_fhir_says_it(said, gender):
    assert person_of(gender=said).gender == gender


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (bundle(), Nobody.NO_MATCHES),
        ({**bundle(), "entry": []}, Nobody.NO_MATCHES),
        (bundle(patient(), patient(SUCCESSOR)), Nobody.TOO_MANY),
        (TOO_MANY, Nobody.TOO_MANY),
    ],
)
def test_the_other_shapes_of_a_search(resource, answer):
    assert search(resource) is answer


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(
            {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "warning", "code": "not-supported"}],
            },
            id="the sandbox, without details",
        ),
        pytest.param(outcome("SOMETHING_NEW", severity="information"), id="new code"),
        pytest.param({"resourceType": "OperationOutcome"}, id="no issue"),
        pytest.param(patient(), id="a patient for a search"),
        pytest.param(bundle(total=1), id="one without an entry"),
        pytest.param(bundle(patient(), total=0), id="none with an entry"),
        pytest.param(bundle(total="0"), id="a total in words"),
        pytest.param(bundle(total=False), id="a total of false"),
        pytest.param(bundle(patient(), total=True), id="a total of true"),
        pytest.param(without(bundle(), "total"), id="no total"),
        pytest.param(without(bundle(), "type"), id="none of no type"),
        pytest.param(bundle(patient("12345")), id="one with a bad number"),
        pytest.param(bundle(without(patient(), "id")), id="one without a number"),
        pytest.param(bundle({"resourceType": "RelatedPerson"}), id="not a patient"),
        pytest.param({}, id="empty object"),
        pytest.param([], id="a list"),
        pytest.param(None, id="null"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>Bad gateway</html>", id="HTML"),
        pytest.param(body(bundle(patient()))[:-20], id="truncated"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_anything_else_is_a_fault_and_never_no_match(resource):
    assert isinstance(search(resource), Fault)
    if resource != patient():
        assert isinstance(read(resource), Fault)


@pytest.mark.parametrize(
    ("status", "resource", "reply"),
    [
        (404, outcome("RESOURCE_NOT_FOUND", issue="not-found"), Nobody.NOT_HELD),
        (404, outcome("INVALIDATED_RESOURCE", issue="processing"), Nobody.VOID),
        (404, outcome("SOMETHING_NEW"), Fault("http_404")),
        (404, b"<html>Not Found</html>", Fault("http_404")),
        (400, outcome("INVALID_RESOURCE_ID"), Rejected("INVALID_RESOURCE_ID")),
        (400, b"", Rejected("unknown")),
        (401, outcome("ACCESS_DENIED", issue="forbidden"), RefusesUs(401)),
        (403, outcome("INVALID_METHOD"), RefusesUs(403)),
        (408, outcome("UNABLE_TO_CALL_SERVICE"), Fault("http_408")),
        (429, outcome("TOO_MANY_REQUESTS"), Fault("http_429")),
        (500, b"", Fault("http_500")),
        (502, b"<html>Bad gateway</html>", Fault("http_502")),
        (503, outcome("UNKNOWN_ERROR"), Fault("http_503")),
        (302, b"", Fault("http_302")),
        (500, patient(), Fault("http_500")),
    ],
)
def test_other_statuses_of_a_read(status, resource, reply):
    assert read(resource, status) == reply


@pytest.mark.parametrize("status", [404, 408, 429, 500, 502, 503, 504])
def test_a_search_that_fails_is_a_fault_even_if_it_says_none(status):
    assert search(bundle(), status) == Fault(f"http_{status}")
    assert isinstance(search(outcome("RESOURCE_NOT_FOUND"), status), Fault)


def test_a_superseded_number_gives_its_successor():
    assert read(patient(SUCCESSOR)).person.nhs_number == SUCCESSOR


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2014-03-27", BORN),
        ("2014-03", None),
        ("2014", None),
        ("2014-02-30", None),
        ("rubbish", None),
        (20140327, None),
        (None, None),
    ],
)
def test_dates_of_birth(written, day):
    assert person_of(birthDate=written).date_of_birth == day


def notified(code):
    return {
        "extension": [
            {
                "url": DEATH,
                "extension": [
                    {
                        "url": "deathNotificationStatus",
                        "valueCodeableConcept": {"coding": [{"code": code}]},
                    },
                    {"url": "systemEffectiveDate", "valueDateTime": "2026-01-02"},
                ],
            }
        ]
    }


@pytest.mark.parametrize(
    ("fields", "death"),
    [
        ({}, (False, None)),
        ({**notified("1"), "deceasedDateTime": "2026-01-02"}, (True, date(2026, 1, 2))),
        (
            {**notified("2"), "deceasedDateTime": "2026-01-02T23:30:00+00:00"},
            (True, date(2026, 1, 2)),
        ),
        ({**notified("2"), "deceasedDateTime": "2026-01"}, (True, None)),
        ({**notified("2"), "deceasedDateTime": "2026"}, (True, None)),
        (notified("2"), (True, None)),
        ({"deceasedDateTime": "2026-01-02"}, (True, date(2026, 1, 2))),
        ({**notified("U"), "deceasedDateTime": "2026-01-02"}, (False, None)),
        ({"extension": [{"url": "another"}, None, 3]}, (False, None)),
    ],
)
def test_deaths(fields, death):
    them = person_of(**fields)

    assert (them.is_deceased, them.date_of_death) == death


@pytest.mark.parametrize(
    ("labels", "is_restricted"),
    [
        ([{"code": "U"}], False),
        ([{"code": "R"}], True),
        ([{"code": "V"}], True),
        ([{"code": "U"}, {"code": "REDACTED"}], True),
        ([], False),
        (None, False),
        (["R"], False),
    ],
)
def test_restricted(labels, is_restricted):
    assert person_of(meta={"security": labels}).is_restricted is is_restricted


@pytest.mark.parametrize(
    ("names", "understood"),
    [
        (None, ()),
        ([], ()),
        ({}, ()),
        ([{"family": "Okafor"}], (PersonName((), "Okafor"),)),
        ([{"given": ["Amara"]}], (PersonName(("Amara",), ""),)),
        ([{"given": "Amara", "family": 7}], (PersonName(("Amara",), ""),)),
        (
            [
                {"use": "nickname", "given": ["Ama", None, ""], "family": "Okafor"},
                {"use": "usual", "period": {"start": "2020"}, "given": ["Amara"]},
            ],
            (PersonName(("Ama",), "Okafor"), PersonName(("Amara",), "")),
        ),
    ],
)
def test_odd_names(names, understood):
    assert person_of(name=names).names == understood


@pytest.mark.parametrize(
    ("addresses", "postcodes"),
    [
        (None, ()),
        ([{"use": "home"}], ()),
        ([{"postalCode": "SW1A1AA"}, {"postalCode": None}], ("SW1A1AA",)),
        (
            [
                {"use": "home", "period": {"end": "2020"}, "postalCode": "M1 1AE"},
                {"use": "home", "postalCode": "SW1A 1AA"},
            ],
            ("M1 1AE", "SW1A 1AA"),
        ),
    ],
)
def test_odd_addresses(addresses, postcodes):
    assert person_of(address=addresses).postcodes == postcodes


def test_a_minimal_record_is_a_person():
    minimal = {"resourceType": "Patient", "id": HERS, "meta": {}}

    assert read(minimal).person.nhs_number == HERS
    assert search(bundle(minimal)).person.names == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["resourceType", "total", "entry", "resource", "id", "name", "given",
             "family", "address", "meta", "security", "extension", "issue", "details",
             "coding", "code", "type", "birthDate", "deceasedDateTime", "url"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(fields=st.dictionaries(st.sampled_from(sorted(patient())), JSON))
def test_no_field_of_a_record_can_be_so_odd_as_to_break_the_reading(fields):
    reply = search(bundle({**patient(), **fields}))

    assert isinstance(reply, OnePerson | Fault)


@given(resource=JSON, status=st.sampled_from([200, 400, 404, 500]))
def test_nothing_unknown_is_read_as_no_match(resource, status):
    assert not isinstance(search(resource, status), OnePerson | Nobody)
    assert not isinstance(read(resource, status), OnePerson | Nobody)
