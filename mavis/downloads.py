"""Files that a person takes away: CSV that Excel opens as it is."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse

from mavis.rules.cells import neutralise

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Excel takes a CSV file for UTF-8 only if it begins with a byte-order mark.
_BYTE_ORDER_MARK = "\ufeff"


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV of which no spreadsheet calculates anything."""
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the same line by line, for a file too long to be held."""
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([neutralise(cell) for cell in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Answer with a file for the browser to keep under this name."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": disposition},
    )
