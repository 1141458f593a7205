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


def fold(name: str) -> str:
    """Return the form in which names are compared (spec section 6, Folded).

    Case, accents, apostrophes, hyphens, spaces and full stops are ignored.

    >>> fold("O’Brien-Łukasz"), fold("Zoë  Æthel")
    ('obrienlukasz', 'zoeaethel')
    """
    # Twice: 𝓐 is a capital only once it is decomposed, and ŉ comes apart once it is
    # small.
    small = unicodedata.normalize("NFKD", name).casefold()
    decomposed = unicodedata.normalize("NFKD", small)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _IGNORED.sub("", letters.translate(_LETTERS))
