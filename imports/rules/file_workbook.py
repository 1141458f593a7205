"""An .xlsx workbook as the CSV text it stands for."""

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from imports.rules.file_kinds import NotUsable

_READER = Path(__file__).with_name("file_workbook_reader.py")
_REFUSED = 3
_LONGEST_SECONDS = 300
# What a workbook may hold unpacked. One of 100,000 full rows has about 150 MB.
_MOST_BYTES_UNPACKED = 1024**3


def as_csv(content: bytes) -> bytes:
    """Return the one sheet that holds data as CSV text in UTF-8.

    A row keeps the number it has in the spreadsheet. The workbook is opened in a
    process of its own, with a limit on its memory: a few bytes that name the last
    cell of a sheet are enough to ask for more than a machine has.

    :raises NotUsable: the workbook is damaged or too large, or has no sheet with
        data, or several
    """
    _check_size_unpacked(content)
    try:
        read = subprocess.run(  # noqa: S603 -- our own program; the file is its input
            [sys.executable, "-I", str(_READER)],
            input=content,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_large() from error
    if read.returncode == 0:
        return read.stdout
    if read.returncode == _REFUSED:
        raise _sheets(json.loads(read.stdout)["sheets"])
    # 1 is an exception: it is no workbook after all, unless the memory ran out.
    if read.returncode == 1 and b"MemoryError" not in _last_line(read.stderr):
        raise NotUsable(
            "workbook_damaged",
            "The workbook is damaged and cannot be opened. Open it in Excel and save "
            "it again, then upload it",
        )
    raise _too_large()


def _check_size_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > _MOST_BYTES_UNPACKED:
        raise _too_large()


def _last_line(text: bytes) -> bytes:
    return text.strip().rpartition(b"\n")[2]


def _too_large() -> NotUsable:
    return NotUsable(
        "workbook_too_large",
        "The workbook holds more than can be read. Copy only the children’s rows into "
        "the cohort template, or save the sheet as “CSV UTF-8”, then upload that file",
    )


def _sheets(sheets: list[dict[str, str | bool]]) -> NotUsable:
    if not sheets:
        return NotUsable(
            "empty_file",
            "The workbook is empty. Check that you saved it, and upload it again",
        )
    names = ", ".join(
        f"“{sheet['name']}”{' (hidden)' if sheet['hidden'] else ''}"
        for sheet in sheets[:10]
    )
    return NotUsable(
        "several_sheets",
        f"The workbook has {len(sheets)} sheets with data: {names}. Keep the one with "
        "the children, delete the others, then upload it again",
    )
