"""Phone numbers: valid ones, in the form in which they are stored (E.164)."""

import re

import phonenumbers

# A number is stored without its extension, and letters are not dialled here.
_WRITTEN = re.compile(r"[ (]*\+?[0-9 ().\-]+")
_SEPARATORS = str.maketrans("", "", " ().-")
# A spreadsheet takes the 0 off a number, and leaves ten digits.
_PLAIN_UK = re.compile(r"(?:0|\+44)?([1-9][0-9]{9})")
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
    "personal_number", "voip", "pager", "uan", "voicemail",
)  # fmt: skip
# Numbers that Ofcom keeps for drama. They look possible and belong to nobody, so
# invented people may have them; the package calls some of them invalid.
_FICTIONAL = re.compile(
    r"(?:1(?:1[3-8]|21|31|41|51|61)4960|1914980|1632960|2079460|2896496"
    r"|2920180|7700900|8081570|9098790|3069990)[0-9]{3}"
)


def _uk_numbers() -> re.Pattern[str]:
    """Return the package's own patterns of every kind of British number, as one."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("GB")
    patterns = [
        getattr(metadata, kind).national_number_pattern
        for kind in _TYPES
        if getattr(metadata, kind) is not None
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns if pattern))


_UK = _uk_numbers()


def normalise(text: str) -> str | None:
    """Return a number as E.164, or nothing if it is not one valid number.

    Without + it is taken to be a British one.

    >>> normalise("07700 900123"), normalise("+33 1 42 34 56 78"), normalise("12")
    ('+447700900123', '+33142345678', None)
    """
    if not _WRITTEN.fullmatch(text):
        return None
    # Most numbers are plain British ones, and the package takes fifty microseconds
    # for each: what its own patterns accept need not go through it.
    plain = _PLAIN_UK.fullmatch(text.translate(_SEPARATORS))
    if plain and (_UK.fullmatch(plain[1]) or _FICTIONAL.fullmatch(plain[1])):
        return f"+44{plain[1]}"
    return normalise_by_package(text)


def normalise_by_package(text: str) -> str | None:
    """Return what `normalise` does, by the package alone."""
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    if not (phonenumbers.is_valid_number(number) or _is_fictional(number)):
        return None
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164


def _is_fictional(number: phonenumbers.PhoneNumber) -> bool:
    return (
        number.country_code == 44
        and _FICTIONAL.fullmatch(str(number.national_number)) is not None
        and phonenumbers.is_possible_number(number)
    )
