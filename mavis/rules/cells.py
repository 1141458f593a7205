"""The text of one cell, without what spreadsheets and people leave in it."""

# They take no room on the screen, so nobody knows that they are there.
_ZERO_WIDTH = str.maketrans("", "", "\u200b\u200c\u200d\ufeff")
# What our own downloads put before a cell that a spreadsheet would calculate.
_FORMULA_STARTS = ("=", "+", "-", "@")
_NEUTRALISED = tuple(f"'{start}" for start in _FORMULA_STARTS)


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
    return text[1:] if text.startswith(_NEUTRALISED) else text


def neutralise(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula.

    >>> neutralise("=1+1"), neutralise("Amara")
    ("'=1+1", 'Amara')
    """
    return f"'{text}" if text.lstrip()[:1] in _FORMULA_STARTS else text
