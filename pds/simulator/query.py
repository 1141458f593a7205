"""The parameters of a search, judged in the order in which PDS judges them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pds.simulator.outcomes import Refused, invalid_search, invalid_value, missing_value
from pds.simulator.people import GENDERS, fold, fold_postcode, is_date

KNOWN = frozenset({
    "family", "given", "birthdate", "death-date", "gender", "address-postalcode",
    "address-postcode", "general-practitioner", "phone", "email", "_fuzzy-match",
    "_exact-match", "_history", "_max-results",
})  # fmt: skip
LONGEST_NAME = 35
# A star may not stand in the first two characters.
LITERAL_START = 2

NO_BIRTHDATE = "birth_date/birth_date_range_start/birth_date_range_end"
BELOW_MINIMUM = (
    "No searches were performed as the search criteria did not meet the minimum "
    "requirements"
)
NOT_FUZZY = (
    "A fuzzy search was requested however the data given did not meet the fuzzy "
    "search criteria"
)

FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both ends included, as yyyy-mm-dd."""

    first: str = FIRST_DAY
    last: str = LAST_DAY

    def __contains__(self, day: str) -> bool:
        return len(day) == len(FIRST_DAY) and self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search that PDS accepts. Names and postcode are folded; stars still stand."""

    births: Days
    family: str = ""
    given: tuple[str, ...] = ()
    deaths: Days | None = None
    gender: str = ""
    postcode: str = ""
    gp_ods_code: str = ""
    phone: str = ""
    email: str = ""
    fuzzy: bool = False
    exact: bool = False
    history: bool = False

    @property
    def has_wildcard(self) -> bool:
        return any("*" in text for text in (self.family, self.postcode, *self.given))

    @property
    def hides_restricted(self) -> bool:
        return bool(self.postcode or self.gp_ods_code)


def parse(parameters: Sequence[tuple[str, str]]) -> Query:
    """Return the search these query parameters ask for.

    :raises Refused: with PDS's answer to the first thing that is wrong
    """
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    # The proxy adds this one, so it does not count as having asked for something.
    values.pop("_max-results", None)
    if not values:
        raise Refused("UNSUPPORTED_SERVICE")
    for name in values:
        if name not in KNOWN:
            raise Refused(
                "ADDITIONAL_PROPERTIES",
                f"Additional properties are not allowed ('{name}' was unexpected)",
            )
    # Dates of death are read even when there is no date of birth.
    births = _days(values.get("birthdate", ()), "birthdate")
    deaths = _days(values.get("death-date", ()), "death-date")
    _check_values(values)
    if births is None:
        raise missing_value(NO_BIRTHDATE)
    _check_search_data(values)
    query = Query(
        births=births,
        deaths=deaths,
        family=fold(_one(values, "family")),
        given=tuple(fold(name) for name in values.get("given", ()) if name),
        gender=_one(values, "gender"),
        postcode=fold_postcode(_postcode(values)),
        gp_ods_code=_one(values, "general-practitioner").upper(),
        phone=_one(values, "phone"),
        email=_one(values, "email").lower(),
        fuzzy=_flag(values, "_fuzzy-match"),
        exact=_flag(values, "_exact-match"),
        history=_flag(values, "_history"),
    )
    _check_minimum(query)
    return query


def _one(values: dict[str, list[str]], name: str) -> str:
    return values.get(name, [""])[0]


def _flag(values: dict[str, list[str]], name: str) -> bool:
    return _one(values, name) == "true"


def _postcode(values: dict[str, list[str]]) -> str:
    return _one(values, "address-postalcode") or _one(values, "address-postcode")


def _days(conditions: Sequence[str], field: str) -> Days | None:
    """Return the days that meet every condition, such as ge2014-09-01."""
    if not conditions:
        return None
    first, last = FIRST_DAY, LAST_DAY
    for condition in conditions:
        prefix, day = (
            (condition[:2], condition[2:])
            if condition[:2] in {"eq", "ge", "le"}
            else ("eq", condition)
        )
        if not is_date(day):
            raise invalid_value(condition, field)
        if prefix in {"eq", "ge"}:
            first = max(first, day)
        if prefix in {"eq", "le"}:
            last = min(last, day)
    return Days(first, last)


def _check_values(values: dict[str, list[str]]) -> None:
    """Raise INVALID_VALUE for the first value that does not have its form."""
    gender = _one(values, "gender")
    if gender and gender not in GENDERS:
        raise invalid_value(gender, "gender")
    gp = _one(values, "general-practitioner")
    if gp and not re.fullmatch(r"[A-Za-z0-9]+", gp):
        raise invalid_value(gp, "general-practitioner")
    postcode = _postcode(values)
    if not re.fullmatch(r"[A-Za-z0-9 *]*", postcode):
        raise invalid_value(postcode, "address-postcode")
    for flag in ("_fuzzy-match", "_exact-match", "_history"):
        if flag in values and _one(values, flag) not in {"true", "false"}:
            raise invalid_value(_one(values, flag), flag)


def _check_search_data(values: dict[str, list[str]]) -> None:
    """Raise INVALID_SEARCH_DATA for names or a postcode that cannot be looked for."""
    if "address-postalcode" in values and "address-postcode" in values:
        raise invalid_search("address.postalCode")
    for name in values.get("given", ()):
        _check_name(name, "name.given")
    _check_name(_one(values, "family"), "name.family")
    if "*" in fold_postcode(_postcode(values))[:LITERAL_START]:
        raise invalid_search("address.postalCode")


def _check_name(name: str, field: str) -> None:
    if (
        len(name) > LONGEST_NAME
        or "*" in name[:LITERAL_START]
        or any(_is_special(character) for character in name)
    ):
        raise invalid_search(field)


def _is_special(character: str) -> bool:
    """Test if PDS refuses a name for this character.

    Backticks and curly apostrophes are not refused. They match nobody.
    """
    if character in "*'.-`" or character.isalnum():
        return False
    return unicodedata.category(character) in {"Po", "Sc", "Sm", "So", "Cc"}


def _check_minimum(query: Query) -> None:
    if not query.fuzzy:
        if not query.family:
            raise invalid_search(BELOW_MINIMUM)
        return
    enough = (
        (query.given and query.family)
        or (query.family and query.gender and query.postcode)
        or (query.given and query.gender and query.postcode)
    )
    if query.has_wildcard or not enough:
        raise invalid_search(NOT_FUZZY)
