"""The field table of section 7 of the spec, cell by cell."""

from datetime import date

import pytest

from imports.rules.differences import (
    ChildValues,
    Comparison,
    Field,
    RowValues,
    compare,
    recorded,
)

NUMBER, OTHER_NUMBER = "9990000018", "9990000026"

ROW = RowValues(
    first_name="Amara",
    last_name="Okafor",
    first_name_key="amara",
    last_name_key="okafor",
    preferred_first_name="",
    preferred_last_name="",
    date_of_birth=date(2014, 3, 27),
    birth_academic_year=2013,
    birth_academic_year_given=False,
    registration="",
    gender="",
    address_line_1="",
    address_line_2="",
    town="",
    postcode="SW1A 1AA",
    nhs_number=None,
    nhs_number_confirmed=False,
)
CHILD = ChildValues(
    first_name="Amara",
    last_name="Okafor",
    first_name_key="amara",
    last_name_key="okafor",
    preferred_first_name="",
    preferred_last_name="",
    date_of_birth=date(2014, 3, 27),
    birth_academic_year=2013,
    registration="",
    registration_academic_year=None,
    gender="not_known",
    address_line_1="",
    address_line_2="",
    town="",
    postcode="SW1A 1AA",
    nhs_number=None,
    nhs_number_confirmed=False,
)
KEEP = Comparison((), ())


def added(*fields):
    return Comparison((), fields)


def differs(*fields):
    return Comparison(fields, ())


def address(line_1="", line_2="", town="", **others):
    return {"address_line_1": line_1, "address_line_2": line_2, "town": town} | others


def registered(registration, year=2026):
    return {"registration": registration, "registration_academic_year": year}


def number(nhs_number, confirmed=True):
    return {"nhs_number": nhs_number, "nhs_number_confirmed": confirmed}


def name(value, field="first_name"):
    return {field: value, f"{field}_key": value.lower()}


@pytest.mark.parametrize(
    ("row", "child", "comparison"),
    [
        pytest.param({}, {}, KEEP, id="they agree"),
        # --- First, last name ---
        pytest.param(
            {"first_name": "AMARA"}, {}, KEEP, id="name: capitals do not replace"
        ),
        pytest.param({}, {"first_name": "amara"}, KEEP, id="name: lower case is kept"),
        pytest.param(
            {"first_name": "amara"},
            {"first_name": "AMARA"},
            KEEP,
            id="name: lower case does not replace capitals",
        ),
        pytest.param(
            {},
            {"first_name": "AMARA"},
            added(Field.FIRST_NAME),
            id="name: mixed case replaces capitals",
        ),
        pytest.param(
            {"last_name": "O'Kafor"},
            {"last_name": "O KAFOR"},
            added(Field.LAST_NAME),
            id="last name: mixed case replaces capitals",
        ),
        pytest.param(
            {"first_name": "Amàra"}, {}, KEEP, id="name: accents alone are kept"
        ),
        pytest.param(
            name("Amarah"), {}, differs(Field.FIRST_NAME), id="first name differs"
        ),
        pytest.param(
            name("Eze", "last_name"),
            {},
            differs(Field.LAST_NAME),
            id="last name differs",
        ),
        # --- Date of birth, year group ---
        pytest.param(
            {"date_of_birth": date(2014, 3, 28)},
            {},
            differs(Field.DATE_OF_BIRTH),
            id="date of birth differs",
        ),
        pytest.param(
            {"birth_academic_year": 2012, "birth_academic_year_given": True},
            {},
            differs(Field.YEAR_GROUP),
            id="year group differs",
        ),
        pytest.param(
            {"birth_academic_year_given": True}, {}, KEEP, id="year group is the same"
        ),
        pytest.param(
            {"birth_academic_year": 2012},
            {},
            KEEP,
            id="year group: one that is derived is not compared",
        ),
        # --- NHS number ---
        pytest.param(
            number(NUMBER), {}, added(Field.NHS_NUMBER), id="number: added if confirmed"
        ),
        pytest.param(
            number(NUMBER, confirmed=False), {}, KEEP, id="number: else not added"
        ),
        pytest.param({}, number(NUMBER), KEEP, id="number: file blank"),
        pytest.param(number(NUMBER), number(NUMBER), KEEP, id="number: the same"),
        pytest.param(
            number(NUMBER),
            number(NUMBER, confirmed=False),
            added(Field.NHS_NUMBER),
            id="number: the same, and PDS now confirms it",
        ),
        pytest.param(
            number(NUMBER, confirmed=False),
            number(NUMBER),
            KEEP,
            id="number: the same, confirmed before",
        ),
        pytest.param(
            number(NUMBER),
            number(OTHER_NUMBER),
            differs(Field.NHS_NUMBER),
            id="number differs",
        ),
        pytest.param(
            number(NUMBER, confirmed=False),
            number(OTHER_NUMBER, confirmed=False),
            differs(Field.NHS_NUMBER),
            id="number: two unconfirmed ones differ",
        ),
        # --- Preferred names ---
        pytest.param(
            {"preferred_first_name": "Ama", "preferred_last_name": "Oka"},
            {},
            added(Field.PREFERRED_FIRST_NAME, Field.PREFERRED_LAST_NAME),
            id="preferred names are added",
        ),
        pytest.param(
            {"preferred_first_name": "AMÁ", "preferred_last_name": "OKA"},
            {"preferred_first_name": "Ama", "preferred_last_name": "O-ka"},
            KEEP,
            id="preferred names are the same",
        ),
        pytest.param(
            {"preferred_first_name": "Ama"},
            {"preferred_first_name": "Mara"},
            differs(Field.PREFERRED_FIRST_NAME),
            id="preferred first name differs",
        ),
        pytest.param(
            {"preferred_last_name": "Eze"},
            {"preferred_last_name": "Oka"},
            differs(Field.PREFERRED_LAST_NAME),
            id="preferred last name differs",
        ),
        pytest.param(
            {}, {"preferred_first_name": "Ama"}, KEEP, id="preferred name: file blank"
        ),
        # --- Registration ---
        pytest.param(
            {"registration": "8T5"},
            {},
            added(Field.REGISTRATION),
            id="registration is added",
        ),
        pytest.param(
            {"registration": "8 t5"},
            registered("8T5"),
            KEEP,
            id="registration: the same",
        ),
        pytest.param(
            {"registration": "8T6"},
            registered("8T5"),
            added(Field.REGISTRATION),
            id="registration is replaced, and no close match",
        ),
        pytest.param(
            {"registration": "8T5"},
            registered("8T5", 2025),
            added(Field.REGISTRATION),
            id="registration of an earlier year counts as blank",
        ),
        pytest.param({}, registered("8T5"), KEEP, id="registration: file blank"),
        # --- Gender ---
        pytest.param(
            {"gender": "female"}, {}, added(Field.GENDER), id="gender over not known"
        ),
        pytest.param(
            {"gender": "not_specified"},
            {},
            added(Field.GENDER),
            id="gender: not specified over not known",
        ),
        pytest.param(
            {"gender": "female"}, {"gender": "female"}, KEEP, id="gender: the same"
        ),
        pytest.param(
            {"gender": "female"},
            {"gender": "male"},
            differs(Field.GENDER),
            id="gender differs",
        ),
        pytest.param(
            {"gender": "female"},
            {"gender": "not_specified"},
            differs(Field.GENDER),
            id="gender: not specified is known",
        ),
        pytest.param(
            {"gender": "not_known"},
            {"gender": "male"},
            KEEP,
            id="gender: not known never replaces",
        ),
        pytest.param(
            {"gender": "not_known"},
            {"gender": "not_specified"},
            KEEP,
            id="gender: not known never replaces not specified",
        ),
        pytest.param({}, {"gender": "male"}, KEEP, id="gender: file blank"),
        # --- Postcode, and the address that goes with it ---
        pytest.param(
            {}, {"postcode": ""}, added(Field.POSTCODE), id="postcode is added"
        ),
        pytest.param(
            {"postcode": "M1 1AE"}, {}, differs(Field.POSTCODE), id="postcode differs"
        ),
        pytest.param(
            {"postcode": "ZZ99 3VZ"},
            {},
            differs(Field.POSTCODE),
            id="postcode: a pseudo one differs from a real one",
        ),
        pytest.param(
            {"postcode": "ZZ99 3VZ"},
            {"postcode": "ZZ99 3VZ"},
            KEEP,
            id="postcode: the same pseudo one",
        ),
        pytest.param(
            address("2 Low Road", postcode="M1 1AE"),
            address("1 High Street"),
            differs(Field.POSTCODE),
            id="the address goes with the postcode",
        ),
        pytest.param(
            address("2 Low Road", postcode="M1 1AE"),
            {},
            differs(Field.POSTCODE),
            id="no address is added beside another postcode",
        ),
        pytest.param(
            address("2 Low Road"),
            address("1 High Street", postcode=""),
            added(Field.POSTCODE, Field.ADDRESS),
            id="the address is replaced with a postcode that was blank",
        ),
        # --- Address ---
        pytest.param(
            address("1 High Street", town="London"),
            {},
            added(Field.ADDRESS),
            id="address is added",
        ),
        pytest.param(
            address("1 HIGH  STREET", town="london"),
            address("1 High Street", town="London"),
            KEEP,
            id="address: the same",
        ),
        pytest.param(
            address("1 High Street", "Flat 2", "London"),
            address("2 High Street", "", "London"),
            added(Field.ADDRESS),
            id="address is replaced as one unit",
        ),
        pytest.param(
            address("1 High Street", "Flat 2", "London"),
            address("1 High Street", "", "London"),
            added(Field.ADDRESS),
            id="address: a line is added",
        ),
        pytest.param(
            address("1 High Street"),
            address("1 High Street", "Flat 2", "London"),
            KEEP,
            id="address: a blank line in the file keeps what is known",
        ),
        pytest.param({}, address("1 High Street"), KEEP, id="address: file blank"),
        pytest.param(
            address("1-2 High Street"),
            address("12 High Street"),
            added(Field.ADDRESS),
            id="address: a hyphen between figures counts",
        ),
        # --- Together ---
        pytest.param(
            {**name("Chidi"), "registration": "8T5"},
            {},
            Comparison((Field.FIRST_NAME,), (Field.REGISTRATION,)),
            id="differences and additions are told apart",
        ),
    ],
)
def test_compare(row, child, comparison):
    compared = compare(ROW._replace(**row), CHILD._replace(**child), academic_year=2026)

    assert compared == comparison


def test_a_number_that_pds_replaced_is_replaced():
    compared = compare(
        ROW._replace(**number(NUMBER)),
        CHILD._replace(**number(OTHER_NUMBER)),
        academic_year=2026,
        number_is_replaced=True,
    )

    assert compared == added(Field.NHS_NUMBER)


@pytest.mark.parametrize("field", Field)
def test_what_is_recorded_of_every_field_can_be_told(field):
    values = recorded(CHILD._replace(**registered("8T5")), field)

    assert bool(values) == (field is not Field.CONTACTS)
