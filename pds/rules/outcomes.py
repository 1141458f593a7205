"""What tracing one person can end with."""

from enum import StrEnum


class TraceOutcome(StrEnum):
    """The outcome of a row (spec of Mavis, tracing)."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    ERROR = "error"


class TraceSource(StrEnum):
    """Why PDS was asked."""

    IMPORT = "import"  # about a row of a file
    REFRESH = "refresh"  # about a child in Mavis, some time later


class UploadedNumber(StrEnum):
    """What became of the NHS number that the file gave."""

    NONE = "none"  # the file gave no number
    VERIFIED = "verified"  # PDS confirmed it for this person
    REPLACED = "replaced"  # PDS gave another number: a discrepancy
    NOT_HELD = "not_held"  # PDS does not hold it, or could not be asked
    VOID = "void"  # PDS has invalidated it
    SOMEONE_ELSE = "someone_else"  # PDS holds it for a person who does not agree
