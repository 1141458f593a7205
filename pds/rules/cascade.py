"""The order in which PDS is asked about a child, and what each answer leads to."""

from enum import StrEnum


class Step(StrEnum):
    VERIFY = "verify"
    EXACT = "exact"
    EXACT_WITHOUT_HISTORY = "exact_without_history"
    WILDCARD_POSTCODE = "wildcard_postcode"
    WILDCARD_FIRST_NAME = "wildcard_first_name"
    WILDCARD_LAST_NAME = "wildcard_last_name"
    WITHOUT_POSTCODE = "without_postcode"


class Result(StrEnum):
    VERIFIED = "verified"
    ONE_MATCH = "one_match"
    NO_MATCHES = "no_matches"
    TOO_MANY = "too_many"
    SKIPPED = "skipped"
    DID_NOT_AGREE = "did_not_agree"
    ERROR = "error"
