"""The text of one cell, without what spreadsheets and people leave in it."""

import re

# They take no room on the screen, so nobody knows that they are there.
_ZERO_WIDTH_CHARACTERS = "\u200b\u200c\u200d\ufeff"
_ZERO_WIDTH = str.maketrans("", "", _ZERO_WIDTH_CHARACTERS)
# What a spreadsheet calculates begins with one of these; the wide ones are those of
# Chinese and Japanese keyboards. Our own downloads put an apostrophe before it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Some programs skip it before they look whether a formula begins: white space, and what
# only says in which direction, or how closely, text is written.
_UNSEEN = re.compile(
    rf"[\s\x00-\x1f\x7f\u00ad\u180e\u200e\u200f\u202a-\u202e\u2060-\u206f"
    rf"{_ZERO_WIDTH_CHARACTERS}]+"
)


def clean(text: str) -> str:
    """Return the text without zero-width characters and surplus white space.

    A non-breaking space counts as a space. The apostrophe by which our own
    downloads neutralise a formula is taken off, so that they can be uploaded again.

    >>> clean("\\ufeff  Anna\\u00a0 Maria "), clean("'+44 7700 900123")
    ('Anna Maria', '+44 7700 900123')
    """
    if not text.isascii():
        text = text.translate(_ZERO_WIDTH)
    text = " ".join(text.split())
    if text.startswith("'") and neutralise(text[1:]) != text[1:]:
        return text[1:].lstrip()
    return text


def neutralise(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula.

    >>> neutralise("=1+1"), neutralise("Amara")
    ("'=1+1", 'Amara')
    """
    unseen = _UNSEEN.match(text)
    begins = text.startswith(_FORMULA_STARTS, unseen.end() if unseen else 0)
    return f"'{text}" if begins else text
