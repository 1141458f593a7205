"""The quick ways of reading phones, emails and numbers agree with the packages."""

from itertools import product

import nhs_number as package
from hypothesis import given
from hypothesis import strategies as st

from children.rules.contacts import Details, KnownContact, merge, merge_any
from mavis.pages import show_any_phone, show_phone
from mavis.rules import emails, nhs_number, phone, postcode
from mavis.rules.names import fold, fold_any

DIGITS = st.text("0123456789", min_size=9, max_size=10)
PREFIXES = st.sampled_from(["0", "+44", "+44 ", "+44 (0)", "", "0044"])
SEPARATED = st.text("0123456789 -.()", min_size=9, max_size=16)
ADDRESSES = st.from_regex(
    r"[A-Za-z0-9._+\-']{1,70}@[A-Za-z0-9.\-]{1,40}\.[A-Za-z]{2,4}", fullmatch=True
)


@given(PREFIXES, st.one_of(DIGITS, SEPARATED))
def test_a_phone_number_is_read_as_the_package_reads_it(prefix, digits):
    text = prefix + digits

    assert phone.normalise(text) == phone.normalise_by_package(text)


@given(PREFIXES, st.from_regex(phone._UK, fullmatch=True, alphabet="0123456789"))
def test_every_kind_of_british_number_is_read_as_the_package_reads_it(prefix, digits):
    text = prefix + digits

    assert phone.normalise(text) == phone.normalise_by_package(text)


@given(st.one_of(st.emails(), ADDRESSES))
def test_an_email_address_is_read_as_the_package_reads_it(text):
    assert emails.normalise(text) == emails.normalise_by_package(text)


@given(st.from_regex(r"[4679][0-9]{9}", fullmatch=True))
def test_an_nhs_number_is_valid_where_the_package_says_so_of_a_region(number):
    regions = (package.REGION_ENGLAND_WALES_IOM, package.REGION_SYNTHETIC)

    assert nhs_number.is_valid(number) == any(
        package.is_valid(number, region) for region in regions
    )


@given(st.from_regex(postcode._PLAIN, fullmatch=True))
def test_a_plain_postcode_is_read_as_the_package_reads_it(joined):
    assert postcode.normalise(joined) == postcode.normalise_by_package(joined)


def test_every_kind_of_plain_district_is_read_as_the_package_reads_it():
    letters, digits = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"
    areas = [*letters, *map("".join, product("BCPSYZ", letters))]
    lasts = ["", "1", "9", *letters]
    joined = [
        f"{area}{digit}{last}1AA" for area, digit, last in product(areas, digits, lasts)
    ]

    plain = [text for text in joined if postcode._PLAIN.fullmatch(text)]

    assert len(plain) > len(joined) / 2
    for text in joined:
        assert postcode.normalise(text) == postcode.normalise_by_package(text)


@given(
    st.from_regex(r"[A-Z01]{1,2}[0-9OI][A-Z0-9]? ?[0-9OI][A-Z01]{2}", fullmatch=True)
)
def test_a_postcode_once_normalised_stays_as_it_is(text):
    once = postcode.normalise(text)

    assert once is None or postcode.normalise(once) == once


@given(st.text())
def test_folding_a_folded_name_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127))))
def test_a_name_in_plain_letters_is_folded_as_any_is(name):
    assert fold(name) == fold_any(name)


@given(st.from_regex(r"\+(44|447|33|353)[1-9][0-9]{8,9}", fullmatch=True))
def test_a_phone_number_is_shown_as_the_package_shows_it(number):
    assert show_phone(number) == show_any_phone(number)


# Few of each, so that contacts often share them.
def details(*relationships):
    return st.builds(
        Details,
        st.sampled_from(["", "Jo Bell", "JO BELL", "Al Bell"]),
        st.sampled_from(relationships),
        st.just(""),
        st.sampled_from(["", "+447700900001", "+447700900002"]),
        st.sampled_from(["", "bell@example.com"]),
    )


# Of what Mavis knows the relationship is never blank.
CONTACTS = details("unknown", "mother", "father")
PARENTS = details("", "unknown", "mother", "father")


@given(st.lists(CONTACTS, max_size=3), st.data())
def test_parents_who_are_known_already_change_nothing_either_way(contacts, data):
    existing = [
        KnownContact(number, contact)
        for number, contact in enumerate(contacts, start=1)
        if not contact.is_blank
    ]
    known = [contact.details for contact in existing]
    parents = data.draw(
        st.one_of(
            st.lists(PARENTS, max_size=2),
            st.integers(0, len(known)).map(lambda count: known[:count]),
        )
    )
    said = list(dict.fromkeys(each for each in parents if not each.is_blank))

    assert merge(existing, parents) == merge_any(existing, said)
