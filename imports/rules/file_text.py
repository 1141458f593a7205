"""CSV text as numbered records (spec section 3, step 2)."""

import codecs
import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from imports.rules.file_kinds import SEPARATORS, NotUsable, separated_by

# A cell of a megabyte is a problem of that cell, and no reason to stop reading.
csv.field_size_limit(2**31 - 1)

# Gives the bytes of a file anew, from their beginning. They are read a piece at a time
# and more than once: a large file need not be in memory.
Open = Callable[[], BinaryIO]

# More commas than this in one record are no row of children, and as cells they would
# take ten times the memory of the file.
MOST_COMMAS = 200_000
_CHUNK = 1024 * 1024
# Characters that text does not have; anything with many of them is no text. One or
# two have slipped into an export by mistake.
_FEW, _MANY_IN = 10, 100
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def encoding_of(file: Open) -> str:
    """Return how the text is encoded: UTF-8, else as Excel on Windows saves it.

    :raises NotUsable: it is not text
    """
    pieces = _without_control_characters(file)
    is_utf_8 = _can_be_decoded(pieces, "utf-8")
    # The pieces after one that is not UTF-8 are looked at too.
    deque(pieces, maxlen=0)
    if is_utf_8:
        return "utf-8-sig"
    if _can_be_decoded(_pieces(file), "cp1252"):
        return "cp1252"
    raise _not_text()


def _without_control_characters(file: Open) -> Iterator[bytes]:
    """Return the pieces of a file.

    :raises NotUsable: when all have been taken, or before, one held such a character
    """
    control = None
    read = 0
    for piece in _pieces(file):
        nul = piece.find(b"\0")
        if nul >= 0:
            raise NotUsable(
                "nul_characters",
                f"Line {_line_at(file, read + nul)} of the file has a character that "
                "is not text (NUL). Open the file in Excel and save it as “CSV UTF-8”, "
                "then upload it again",
            )
        if control is None and (found := _CONTROL.search(piece)):
            control = read + found.start(), found[0]
        read += len(piece)
        yield piece
    if control is not None:
        raise _control_character(file, *control)


def _pieces(file: Open) -> Iterator[bytes]:
    with file() as opened:
        while piece := opened.read(_CHUNK):
            yield piece


def records(file: Open, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Return each record of the text with its number, blank ones too.

    A record is what a spreadsheet shows as a row: a cell may hold line breaks. The
    first is number 1.

    :raises NotUsable: a quotation mark is not closed, or text follows it, or the cells
        of the first row are in quotation marks with something else than commas between
    """
    with _text(file, encoding) as text:
        yield from _records(_Lines(text), file, encoding)


def _records(
    lines: "_Lines", file: Open, encoding: str
) -> Iterator[tuple[int, list[str]]]:
    # Strict: otherwise a stray quotation mark makes one cell of many rows, and
    # nobody is told that they are gone.
    reader = csv.reader(lines, strict=True)
    number = 0
    begins = 1
    all_blank = True
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooManyCommas as error:
            if lines.of_record > 1:
                raise _quote_not_closed(file, encoding, begins) from error
            raise _too_many_cells(begins) from error
        except csv.Error as error:
            if all_blank and (what := _between_quoted_cells(file, encoding, begins)):
                raise separated_by(what) from error
            raise _quote_not_closed(file, encoding, begins) from error
        number += 1
        all_blank = all_blank and not any(cells)
        begins = reader.line_num + 1
        lines.begin_record()
        yield number, cells


def _text(file: Open, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(file(), encoding=encoding, newline="")


class _TooManyCommas(Exception):
    """One record has more than MOST_COMMAS."""


class _Lines:
    """The lines of a text, as long as no record has too many commas."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.begin_record()

    def begin_record(self) -> None:
        self.of_record = 0  # lines
        self._commas = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.of_record += 1
        self._commas += line.count(",")
        if self._commas > MOST_COMMAS:
            raise _TooManyCommas
        return line


def _too_many_cells(line: int) -> NotUsable:
    return NotUsable(
        "too_many_cells",
        f"Line {line} of the file has more than {MOST_COMMAS:,} commas, and so more "
        "cells than a spreadsheet can hold. Remove those that are not needed, then "
        "upload it again",
    )


def _between_quoted_cells(file: Open, encoding: str, begins: int) -> str | None:
    """Return what separates the quoted cells of a line, if it is a known separator."""
    lines = _text(file, encoding)
    first = next(itertools.islice(lines, begins - 1, None), "")
    for separator, what in SEPARATORS:
        if re.match(rf'[^"]*"[^"]*" *{re.escape(separator)}', first):
            return what
    return None


def _quote_not_closed(file: Open, encoding: str, begins: int) -> NotUsable:
    line = _line_of_the_open_quote(file, encoding, begins)
    return NotUsable(
        "quote_not_closed",
        f'The quotation mark (") that opens on line {line} of the file is not closed, '
        "or is closed in the middle of a cell. Close it or remove it, then upload the "
        "file again. Lines are counted as a text editor does, so the row in a "
        "spreadsheet may be another",
    )


def _line_of_the_open_quote(file: Open, encoding: str, begins: int) -> int:
    """Return the physical line with the last quote to open in a faulty record."""
    lines = _text(file, encoding)
    opened = begins
    quoted = False
    for number, line in enumerate(lines, start=1):
        place = line.find('"') if number >= begins else -1
        while place >= 0:
            following = line[place + 1 : place + 2]
            if quoted and following == '"':
                place += 1  # two stand for one, and close nothing
            elif quoted:
                quoted = False
                if following not in ("", ",", "\r", "\n"):
                    return opened
            elif place == 0 or line[place - 1] == ",":
                quoted, opened = True, number
            place = line.find('"', place + 1)
    return opened


def _can_be_decoded(pieces: Iterable[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _control_character(file: Open, position: int, character: bytes) -> NotUsable:
    """Return that there is such a character, unless so many that it is no text."""
    start = next(_pieces(file))
    count = len(_CONTROL.findall(start))
    if count > max(_FEW, len(start) / _MANY_IN):
        return _not_text()
    return NotUsable(
        "control_character",
        f"Line {_line_at(file, position)} of the file has a character that cannot be "
        f"seen and is not text (U+{ord(character):04X}). Enter that line again without "
        "it, then upload the file again. Lines are counted as a text editor does, so "
        "the row in a spreadsheet may be another",
    )


def _line_at(file: Open, position: int) -> int:
    with file() as opened:
        before = opened.read(position)
    before = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def _not_text() -> NotUsable:
    return NotUsable(
        "not_text",
        "The file is not a CSV file or an Excel workbook (.xlsx). Open it in the "
        "program that made it and save it as “CSV UTF-8 (Comma delimited)” or "
        "“Excel Workbook (.xlsx)”, then upload that file",
    )
