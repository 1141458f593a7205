"""What the record that remains takes over from one merged into it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children.rules.contacts import Details, KnownContact
from children.rules.merging import contacts_carried_over, details_carried_over

RECORD = {
    "preferred_first_name": "",
    "preferred_last_name": "",
    "gender": "not_known",
    "registration": "",
    "registration_academic_year": None,
    "birth_academic_year": 2013,
    "birth_academic_year_given": False,
    "address_line_1": "",
    "address_line_2": "",
    "town": "",
    "postcode": "SW1A 1AA",
    "restricted": False,
    "deceased": False,
    "date_of_death": None,
}
AT_HOME = {"address_line_1": "1 High Street", "town": "London"}


@pytest.mark.parametrize(
    ("kept", "merged", "new"),
    [
        pytest.param({}, {}, {}, id="nothing"),
        pytest.param(
            {},
            {"preferred_first_name": "Mara"},
            {"preferred_first_name": "Mara"},
            id="a blank is filled",
        ),
        pytest.param(
            {"preferred_first_name": "Ama"},
            {"preferred_first_name": "Mara"},
            {},
            id="what is there stays",
        ),
        pytest.param(
            {}, {"gender": "female"}, {"gender": "female"}, id="a gender over not known"
        ),
        pytest.param(
            {"gender": "male"}, {"gender": "female"}, {}, id="no gender over another"
        ),
        pytest.param({"gender": "male"}, {}, {}, id="not known replaces no gender"),
        pytest.param(
            {"registration": "7A", "registration_academic_year": 2025},
            {"registration": "8A", "registration_academic_year": 2026},
            {"registration": "8A", "registration_academic_year": 2026},
            id="a registration of a later year",
        ),
        pytest.param(
            {"registration": "8B", "registration_academic_year": 2026},
            {"registration": "8A", "registration_academic_year": 2026},
            {},
            id="no registration of the same year",
        ),
        pytest.param(
            {},
            {"birth_academic_year": 2012, "birth_academic_year_given": True},
            {"birth_academic_year": 2012, "birth_academic_year_given": True},
            id="a given year group",
        ),
        pytest.param(
            {"birth_academic_year": 2012, "birth_academic_year_given": True},
            {"birth_academic_year": 2014, "birth_academic_year_given": True},
            {},
            id="not over a given one",
        ),
        pytest.param({}, AT_HOME, AT_HOME, id="an address at the same postcode"),
        pytest.param(
            {},
            {**AT_HOME, "postcode": "LS1 4AP"},
            {},
            id="no address at another postcode",
        ),
        pytest.param(
            {"town": "Leeds"}, AT_HOME, {}, id="an address is a unit: none is mixed"
        ),
        pytest.param({}, {"restricted": True}, {"restricted": True}, id="restricted"),
        pytest.param({"restricted": True}, {}, {}, id="restricted stays restricted"),
        pytest.param(
            {},
            {"deceased": True, "date_of_death": datetime.date(2026, 10, 1)},
            {"deceased": True, "date_of_death": datetime.date(2026, 10, 1)},
            id="deceased",
        ),
    ],
)
def test_the_record_that_remains_is_filled_and_never_overwritten(kept, merged, new):
    assert details_carried_over({**RECORD, **kept}, {**RECORD, **merged}) == new


NGOZI = Details("Ngozi Okafor", "mother", "", "+447700900123", "")
SAM = Details("Sam Lee", "father", "", "", "sam@example.com")


def known(*details, first=1):
    return [KnownContact(place, each) for place, each in enumerate(details, first)]


@pytest.mark.parametrize(
    ("kept", "merged", "moved", "filled"),
    [
        pytest.param([], [NGOZI, SAM], (11, 12), {}, id="all go over"),
        pytest.param([NGOZI], [NGOZI, SAM], (12,), {}, id="the same one stays once"),
        pytest.param(
            [Details("Ngozi Okafor", "unknown")],
            [NGOZI],
            (),
            {1: NGOZI},
            id="a blank is filled",
        ),
        pytest.param(
            [NGOZI],
            [Details("Ngozi Okafor", "mother", "", "+447700900456", "")],
            (11,),
            {},
            id="a second phone number is not lost",
        ),
    ],
)
def test_no_contact_is_lost_and_none_is_doubled(kept, merged, moved, filled):
    result = contacts_carried_over(known(*kept), known(*merged, first=11))

    assert result.moved == moved
    assert result.filled == filled


contacts = st.builds(
    Details,
    name=st.sampled_from(["", "Ngozi Okafor", "Sam Lee"]),
    relationship=st.sampled_from(["unknown", "mother", "father"]),
    phone=st.sampled_from(["", "+447700900123", "+447700900456"]),
    email=st.sampled_from(["", "a@example.com", "b@example.com"]),
).filter(lambda details: not details.is_blank)


@given(st.lists(contacts, max_size=4), st.lists(contacts, max_size=4))
def test_every_value_of_either_record_is_in_the_contacts_afterwards(kept, merged):
    of_kept, of_merged = known(*kept), known(*merged, first=11)

    result = contacts_carried_over(of_kept, of_merged)

    by_id = {each.id: each.details for each in [*of_kept, *of_merged]} | result.filled
    after = [by_id[each.id] for each in of_kept] + [by_id[n] for n in result.moved]
    for column in ("name", "phone", "email"):
        before = {getattr(each, column) for each in [*kept, *merged]} - {""}
        assert before <= {getattr(each, column) for each in after}
