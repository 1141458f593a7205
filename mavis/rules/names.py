"""Names: how they are folded for comparison."""

import re
import unicodedata

# Letters that are not a base letter and an accent, and so survive decomposition.
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ß": "ss", "ı": "i",
    }
)  # fmt: skip
_IGNORED = re.compile(r"['’ʼ`‘´.\-‐‑–—\s]+")
# The same for names in plain letters, which most are; Python’s white space with it.
_IGNORED_IN_ASCII = str.maketrans("", "", "'`.- \t\n\r\v\f\x1c\x1d\x1e\x1f")


def fold(name: str) -> str:
    """Return the form in which names are compared (spec section 6, Folded).

    Case, accents, apostrophes, hyphens, spaces and full stops are ignored.

    >>> fold("O’Brien-Łukasz"), fold("Zoë  Æthel")
    ('obrienlukasz', 'zoeaethel')
    """
    if name.isascii():
        return name.lower().translate(_IGNORED_IN_ASCII)
    return fold_any(name)


def fold_any(name: str) -> str:
    """Return what `fold` does, for letters of any script."""
    # Twice: 𝓐 is a capital only once it is decomposed, and ŉ comes apart once it is
    # small.
    small = unicodedata.normalize("NFKD", name).casefold()
    decomposed = unicodedata.normalize("NFKD", small)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _IGNORED.sub("", letters.translate(_LETTERS))
