"""What is taken off a cell before it is read (spec section 3, Cells)."""

import pytest

from imports.rules.file_headers import unnamed
from mavis.rules.cells import clean, neutralise


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Amara", "Amara"),
        ("  Amara  ", "Amara"),
        ("Anna\u00a0Maria", "Anna Maria"),
        ("Anna \t\r\n  Maria", "Anna Maria"),
        ("\ufeffA\u200bm\u200ca\u200dra", "Amara"),
        ("\u200b \u00a0", ""),
        ("'+447700900123", "+447700900123"),
        ("'=1", "=1"),
        ("'t Hooft", "'t Hooft"),
        ("Zoë 😀", "Zoë 😀"),
    ],
)
def test_clean(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", " =", "\t=", "\u200b=", "\u200e=", "\uff1d", "'="]
)
def test_what_a_download_neutralises_is_the_same_when_it_is_uploaded_again(start):
    cell = f"{start}1+1"

    assert clean(neutralise(cell)) == clean(cell)


@pytest.mark.parametrize(
    ("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_a_column_without_a_header_is_called_by_its_letters(place, letters):
    assert unnamed(place).message.startswith(f"Column {letters} ")
