"""What each column takes, edge by edge (spec section 4)."""

from datetime import date

import pytest

from mavis.rules import readers
from mavis.rules.readers import Unreadable


def code_of(read, text: str) -> str:
    with pytest.raises(Unreadable) as raised:
        read(text)
    return raised.value.code


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Amara", "Amara"),
        ("a", "a"),
        ("A" * 300, "A" * 300),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("Łukasz", "Łukasz"),
        ("Nguyễn", "Nguyễn"),
        ("Þóra", "Þóra"),
        ("Əli", "Əli"),
        ("Ẽ\u0323", "\u1eb8\u0303"),
        ("O’Brien", "O'Brien"),
        ("O`Brien", "O'Brien"),
        ("Kaʼuhane", "Ka'uhane"),
        ("Anne-Marie", "Anne-Marie"),
        ("Anne‐Marie", "Anne‐Marie"),
        ("St. John Smythe Jr.", "St. John Smythe Jr."),
        ("R2 D2", "R2 D2"),
        ("'t Hooft", "'t Hooft"),
    ],
)
def test_a_name_is_letters_of_the_latin_script_and_what_stands_between(text, stored):
    assert readers.read_name(text) == stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A" * 301, "too_long"),
        ("é" * 301, "too_long"),
        ("Анна", "characters_not_allowed"),
        ("Aнна", "characters_not_allowed"),
        ("李", "characters_not_allowed"),
        ("Ελένη", "characters_not_allowed"),
        ("Amara😀", "characters_not_allowed"),
        ("Am£ra", "characters_not_allowed"),
        ("a@b", "characters_not_allowed"),
        ("Smith, Jo", "characters_not_allowed"),
        ("Jo (Joanna)", "characters_not_allowed"),
        ("Jo/Jay", "characters_not_allowed"),
        ("Jo × Bo", "characters_not_allowed"),
        ("Am٣ra", "characters_not_allowed"),
        ("\u0301Amara", "characters_not_allowed"),
        ("-", "no_letters"),
        ("12", "no_letters"),
        ("' .", "no_letters"),
    ],
)
def test_a_name_holds_nothing_else(text, code):
    assert code_of(readers.read_name, text) == code


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Am£ra", ": remove £"),
        # A soft hyphen, and a mark for the direction of reading: copied, never seen.
        ("Zo\u00ade", ": remove the character after o, which cannot be seen"),
        ("\u200eZoe", ": remove the character at the start, which cannot be seen"),
    ],
)
def test_the_sentence_names_the_character_that_a_name_may_not_hold(name, told):
    with pytest.raises(Unreadable) as raised:
        readers.read_name(name)

    assert raised.value.message.endswith(told)


@pytest.mark.parametrize("text", ["27/03/2014", "2014-03-27", "20140327"])
def test_a_date_of_birth_has_one_of_three_forms(text):
    assert readers.read_date_of_birth(text) == date(2014, 3, 27)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01/01/2000", None),
        ("31/12/1999", "date_too_early"),
        ("29/02/2012", None),
        ("29/02/2013", "date_does_not_exist"),
        ("31/04/2014", "date_does_not_exist"),
        ("03/27/2014", "date_does_not_exist"),
        ("00/03/2014", "date_does_not_exist"),
        ("20141301", "date_does_not_exist"),
        ("00000000", "date_does_not_exist"),
        ("27/3/2014", "date_not_recognised"),
        ("27/03/14", "date_not_recognised"),
        ("27-03-2014", "date_not_recognised"),
        ("27.03.2014", "date_not_recognised"),
        ("2014/03/27", "date_not_recognised"),
        ("27 March 2014", "date_not_recognised"),
        ("2014032", "date_not_recognised"),
        ("201403270", "date_not_recognised"),
        ("２７/03/2014", "date_not_recognised"),
        ("n/a", "date_not_recognised"),
        ("41725", "date_as_number"),
        ("41725.0", "date_as_number"),
        ("27/03/2014 00:00", "date_with_time"),
        ("27/03/2014 00:00:00", "date_with_time"),
        ("2014-03-27T00:00:00", "date_with_time"),
        ("2014-03-27 12:30:00", "date_with_time"),
    ],
)
def test_what_is_said_of_a_date_of_birth(text, code):
    if code is None:
        readers.read_date_of_birth(text)
    else:
        assert code_of(readers.read_date_of_birth, text) == code


def test_a_date_that_excel_made_a_number_is_guessed():
    with pytest.raises(Unreadable) as raised:
        readers.read_date_of_birth("41725")

    assert "27/03/2014" in raised.value.message


@pytest.mark.parametrize(
    ("text", "year_group"),
    [
        ("8", 8),
        ("08", 8),
        ("8.0", 8),
        ("Year 8", 8),
        ("year 8", 8),
        ("YEAR 10", 10),
        ("0", 0),
        ("R", 0),
        ("r", 0),
        ("Reception", 0),
        ("N1", -2),
        ("n2", -1),
        ("-1", -1),
        ("14", 14),
        ("99", 99),
    ],
)
def test_a_year_group_is_a_number_or_has_a_name(text, year_group):
    assert readers.read_year_group(text) == year_group


@pytest.mark.parametrize(
    "text", ["8.5", "eight", "Y8", "N3", "Year", "8T5", "8 9", "³", "9" * 5000, "1e3"]
)
def test_a_year_group_is_nothing_else(text):
    assert code_of(readers.read_year_group, text) == "year_group_not_recognised"


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("male", "male"),
        ("MALE", "male"),
        ("Female", "female"),
        ("Not known", "not_known"),
        ("not specified", "not_specified"),
        ("m", None),
        ("other", None),
        ("not_known", None),
    ],
)
def test_a_gender_is_one_of_four(text, gender):
    if gender:
        assert readers.read_gender(text) == gender
    else:
        assert code_of(readers.read_gender, text) == "gender_not_recognised"


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("SW1A 1AA", "SW1A 1AA"),
        ("sw1a1aa", "SW1A 1AA"),
        ("S W1A 1 AA", "SW1A 1AA"),
        ("M1 1AE", "M1 1AE"),
        ("B33 8TH", "B33 8TH"),
        ("W1A 0AX", "W1A 0AX"),
        ("CR2 6XH", "CR2 6XH"),
        ("DN55 1PT", "DN55 1PT"),
        ("EC1A 1BB", "EC1A 1BB"),
        # O and 0, I and 1, where the position allows only the other.
        ("SW1A OAA", "SW1A 0AA"),
        ("SWIA IAA", "SW1A 1AA"),
        ("0X1 1AA", "OX1 1AA"),
        ("S015 2AB", "SO15 2AB"),
        ("S01 2AB", "SO1 2AB"),
        ("M6O 1NW", "M60 1NW"),
        ("SW1O 1AA", "SW10 1AA"),
        ("LI2 3AB", "L12 3AB"),
        ("MI 1AE", "M1 1AE"),
        ("COI 1AA", "CO1 1AA"),
        # No fixed abode, not known, abroad.
        ("ZZ99 3VZ", "ZZ99 3VZ"),
        ("zz993wz", "ZZ99 3WZ"),
        ("ZZ99 3CZ", "ZZ99 3CZ"),
    ],
)
def test_a_postcode_is_stored_in_upper_case_with_one_space(text, postcode):
    assert readers.read_postcode(text) == postcode


@pytest.mark.parametrize(
    "text",
    [
        "SW1A", "SW1A 1A", "1AA", "SW1A 1AAA", "SW1AA 1AA", "12345", "90210", "ABC DEF",
        "ZZ99 9ZZ", "ZZ99 3AZ", "none", "SW1A-1AA", "ＳＷ１Ａ １ＡＡ", "S" * 1000,
    ],
)  # fmt: skip
def test_a_postcode_is_a_full_one_of_the_united_kingdom(text):
    assert code_of(readers.read_postcode, text) == "postcode_not_valid"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9990000018", "9990000018"),
        ("999 000 0018", "9990000018"),
        ("999-000-0018", "9990000018"),
        # The first and last of the range that is never issued.
        ("9000000009", "9000000009"),
        ("9999999999", "9999999999"),
        # The ranges of England, Wales and the Isle of Man.
        ("4000000004", "4000000004"),
        ("4999999994", "4999999994"),
        ("6000000006", "6000000006"),
        ("7999999997", "7999999997"),
    ],
)
def test_an_nhs_number_is_stored_as_ten_digits(text, number):
    assert readers.read_nhs_number(text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("999000001", "nhs_number_not_ten_digits"),
        ("99900000180", "nhs_number_not_ten_digits"),
        ("999000001X", "nhs_number_not_ten_digits"),
        ("٩٩٩٠٠٠٠٠١٨", "nhs_number_not_ten_digits"),
        ("unknown", "nhs_number_not_ten_digits"),
        ("9990000019", "nhs_number_not_valid"),
        ("9990000081", "nhs_number_not_valid"),
        # A remainder that calls for check digit 10: never issued.
        ("9990000060", "nhs_number_not_valid"),
        # Scotland, Northern Ireland, reserved, Ireland, not allotted.
        ("0101000006", "nhs_number_of_another_country"),
        ("3200000007", "nhs_number_of_another_country"),
        ("5000000005", "nhs_number_of_another_country"),
        ("8000000008", "nhs_number_of_another_country"),
        ("0000000000", "nhs_number_of_another_country"),
        ("9.99E+09", "scientific_notation"),
        ("9.99000E+09", "scientific_notation"),
        ("9,99E+09", "scientific_notation"),
        ("1e10", "scientific_notation"),
    ],
)
def test_what_is_said_of_an_nhs_number(text, code):
    assert code_of(readers.read_nhs_number, text) == code


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("100001", True),
        ("888888", True),
        ("999999", True),
        ("10000", False),
        ("1000001", False),
        ("10000A", False),
        ("100 001", False),
        ("１００００１", False),
    ],
)
def test_a_urn_is_six_digits(text, valid):
    if valid:
        assert readers.read_urn(text) == text
    else:
        assert code_of(readers.read_urn, text) == "urn_not_six_digits"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Mum", ("mother", "")),
        ("MOTHER", ("mother", "")),
        ("dad", ("father", "")),
        ("Father", ("father", "")),
        ("guardian", ("guardian", "")),
        ("Unknown", ("unknown", "")),
        ("Step-mum", ("other", "Step-mum")),
        ("祖母", ("other", "祖母")),
    ],
)
def test_a_relationship_that_is_not_listed_is_kept_as_it_is(text, stored):
    assert readers.read_relationship(text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("07911 123456", "+447911123456"),
        ("07911-123-456", "+447911123456"),
        ("(020) 7946 0018", "+442079460018"),
        ("+44 7911 123456", "+447911123456"),
        ("+44 (0)7911 123456", "+447911123456"),
        ("(+44) 7911 123456", "+447911123456"),
        ("0044 7911 123456", "+447911123456"),
        # A spreadsheet has taken the 0.
        ("7911123456", "+447911123456"),
        ("2079460018", "+442079460018"),
        # Ofcom's numbers for drama.
        ("07700 900123", "+447700900123"),
        ("01632 960001", "+441632960001"),
        ("0808 157 0123", "+448081570123"),
        ("+33 1 42 34 56 78", "+33142345678"),
        ("+1 202 555 0143", "+12025550143"),
        ("+353 1 234 5678", "+35312345678"),
    ],
)
def test_a_phone_number_is_stored_as_e164(text, stored):
    assert readers.read_phone(text) == stored


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("07911 12345", "phone_not_valid"),
        ("07911 1234567", "phone_not_valid"),
        ("12", "phone_not_valid"),
        ("0000000000", "phone_not_valid"),
        ("+999 123456789", "phone_not_valid"),
        ("07911 123456 x12", "phone_not_valid"),
        ("07911 123456 / 07911 123457", "phone_not_valid"),
        ("0800 FLOWERS", "phone_not_valid"),
        ("٠٧٩١١١٢٣٤٥٦", "phone_not_valid"),
        ("0" * 1000, "phone_not_valid"),
        ("4.47911E+11", "scientific_notation"),
    ],
)
def test_what_is_said_of_a_phone_number(text, code):
    assert code_of(readers.read_phone, text) == code


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Ngozi@Example.com", "ngozi@example.com"),
        ("n.o+school@mail.example.co.uk", "n.o+school@mail.example.co.uk"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("zoë@example.com", "zoë@example.com"),
    ],
)
def test_an_email_address_is_stored_in_lower_case(text, stored):
    assert readers.read_email(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "ngozi", "ngozi@", "@example.com", "ngozi@example", "a b@example.com",
        "a@b@example.com", "a@example.com, b@example.com", "a@example.com;b@example.com",
        ".a@example.com", "a..b@example.com", "a@-example.com", "a@example..com",
        f"{'a' * 65}@example.com", "a@" + "b" * 300 + ".com", "Jo <jo@example.com>",
    ],
)  # fmt: skip
def test_an_email_address_is_one_valid_address(text):
    assert code_of(readers.read_email, text) == "email_not_valid"


def test_free_text_may_be_anything_of_up_to_300_characters():
    assert readers.read_text("1 £ 😀 " + "x" * 294) == "1 £ 😀 " + "x" * 294
    assert code_of(readers.read_text, "x" * 301) == "too_long"
