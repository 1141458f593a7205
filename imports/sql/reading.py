"""Loading what was read of a file with COPY, and asking about all of its rows at once."""

import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction

from imports.rules.problems import Problem
from imports.rules.reading import RowRead
from mavis.rules import urn

# Columns of CohortRow that reading fills with text, as RowRead.values calls them too.
_TEXTS = (
    "first_name", "last_name", "first_name_key", "last_name_key",
    "preferred_first_name", "preferred_last_name", "registration", "gender",
    "address_line_1", "address_line_2", "town", "postcode",
    "parent_1_name", "parent_1_phone", "parent_1_email",
    "parent_2_name", "parent_2_phone", "parent_2_email",
)  # fmt: skip
_RELATIONSHIPS = (
    "parent_1_relationship", "parent_1_relationship_other",
    "parent_2_relationship", "parent_2_relationship_other",
)  # fmt: skip
_OTHERS = (
    "row_number", "nhs_number_uploaded", "school_id", "home_educated",
    "date_of_birth", "birth_academic_year", "birth_academic_year_given",
)  # fmt: skip
# The columns that later stages fill, as they are until then.
_NOT_YET = {
    "trace_outcome": "", "trace_tries": 0, "trace_error_is_permanent": False,
    "uploaded_number": "", "nhs_number_confirmed": False, "restricted": False,
    "deceased": False, "outcome": "", "not_imported_reason": "", "claim_strength": 0,
    "differences": "{}", "additions": "{}", "competing_rows": "{}", "move": "",
    "archive_choice": "", "archived": "", "fingerprint": "", "result": "", "held": False,
}  # fmt: skip

COPY_ROWS = f"""
COPY imports_cohortrow
    (cohort_import_id, {", ".join((*_OTHERS, *_RELATIONSHIPS, *_TEXTS, *_NOT_YET))})
FROM STDIN
"""

COPY_PROBLEMS = """
COPY imports_rowerror
    (cohort_import_id, is_warning, row_number, "column", code, message, value)
FROM STDIN
"""

# Those of the children asked about whose year group somebody has given.
GIVEN_YEAR_GROUPS = """
SELECT asked.date_of_birth, asked.first_name_key, asked.last_name_key
FROM unnest(%(births)s::date[], %(first_names)s::text[], %(last_names)s::text[])
     AS asked (date_of_birth, first_name_key, last_name_key)
WHERE EXISTS (
    SELECT FROM children_child c
    WHERE c.date_of_birth = asked.date_of_birth
      AND c.first_name_key = asked.first_name_key
      AND c.last_name_key = asked.last_name_key
      AND c.birth_academic_year_given
      AND c.merged_into_id IS NULL
)
"""

Person = tuple[date, str, str]  # date of birth, folded first and last name


def with_given_year_group(people: Collection[Person]) -> set[Person]:
    """Return those like whom Mavis has a child whose year group was given."""
    if not people:
        return set()
    births, first_names, last_names = zip(*people, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            GIVEN_YEAR_GROUPS,
            {
                "births": list(births),
                "first_names": list(first_names),
                "last_names": list(last_names),
            },
        )
        return set(cursor.fetchall())


class CopyText:
    """Lines for COPY, kept compressed until the whole file has been read.

    A file with an error in every cell has two million of them, and they differ
    little from each other.
    """

    _AT_ONCE = 1000

    def __init__(self) -> None:
        self.count = 0
        self._compressor = zlib.compressobj(level=1)
        self._compressed: list[bytes] = []
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        self.count += 1
        self._lines.append(line)
        if len(self._lines) == self._AT_ONCE:
            self._squeeze()

    def pieces(self) -> Iterator[bytes]:
        """Return all lines in pieces, for `copy.write`. Nothing is added after it."""
        self._squeeze()
        decompressor = zlib.decompressobj()
        for piece in [*self._compressed, self._compressor.flush()]:
            yield decompressor.decompress(piece)
        yield decompressor.flush()

    def _squeeze(self) -> None:
        text = "".join(self._lines).encode()
        self._lines.clear()
        if squeezed := self._compressor.compress(text):
            self._compressed.append(squeezed)


class LoadedRows:
    """Rows of a file, in the database as soon as there are a thousand more of them.

    In the caller's transaction.
    """

    _AT_ONCE = 1000

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._before = transaction.savepoint()

    def add(self, line: str) -> None:
        self._lines.append(line)
        if len(self._lines) == self._AT_ONCE:
            self.load_rest()

    def load_rest(self) -> None:
        """Load what has been added and is not there yet."""
        if self._lines:
            with connection.cursor() as cursor, cursor.copy(COPY_ROWS) as copy:
                copy.write("".join(self._lines))
            self._lines.clear()

    def take_back(self) -> None:
        """Have it as if nothing had been added."""
        self._lines.clear()
        transaction.savepoint_rollback(self._before)


def row_line(import_id: int, row: RowRead, school_id: int | None) -> str:
    """Return a row as a line for `LoadedRows`. `school_id` is None for no school."""
    values = row.values
    texts = [
        *(values["parent_1_relationship"] or ("", "")),
        *(values["parent_2_relationship"] or ("", "")),
        *map(values.__getitem__, _TEXTS),
    ]
    # Looked through together: hardly any has something to be escaped.
    line = "\t".join(texts)
    if _SPECIAL_BUT_TAB.search(line) or line.count("\t") != len(texts) - 1:
        line = "\t".join(map(_text, texts))
    return (
        f"{import_id}\t{row.number}\t{values['nhs_number_uploaded'] or _NULL}\t"
        f"{_NULL if school_id is None else school_id}\t"
        f"{values['school_urn'] == urn.HOME_EDUCATED}\t{values['date_of_birth']}\t"
        f"{values['birth_academic_year']}\t{values['birth_academic_year_given']}\t"
        f"{line}{_NOT_YET_TEXT}"
    )


def problem_line(import_id: int, problem: Problem, *, is_warning: bool) -> str:
    """Return an error or a warning as a line for `copy_problems`."""
    return _line(
        (
            import_id, is_warning, problem.row_number, problem.column, problem.code,
            problem.message, problem.value,
        )
    )  # fmt: skip


def copy_problems(lines: CopyText) -> None:
    """Load errors and warnings."""
    if lines.count == 0:
        return
    with connection.cursor() as cursor, cursor.copy(COPY_PROBLEMS) as copy:
        for piece in lines.pieces():
            copy.write(piece)


# What ends a value or a line in COPY's text format, and the character that escapes.
_SPECIAL = re.compile(r"[\\\t\n\r]")
_SPECIAL_BUT_TAB = re.compile(r"[\\\n\r]")
_NULL = r"\N"
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


def _text(value: Any) -> str:
    """Return a value in COPY's text format."""
    if value.__class__ is str:
        if _SPECIAL.search(value):
            return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], value)
        text: str = value
        return text
    if value is None:
        return _NULL
    return str(value)


def _line(values: Iterable[Any]) -> str:
    return "\t".join(map(_text, values)) + "\n"


_NOT_YET_TEXT = "\t" + _line(_NOT_YET.values())
