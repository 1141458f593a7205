"""An .xlsx workbook as the CSV text it stands for."""

import io
import json
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from imports.rules.file_kinds import NotUsable

_READER = Path(__file__).with_name("file_workbook_reader.py")
_REFUSED = 3
_LONGEST_SECONDS = 300
_AT_ONCE = 64 * 1024  # bytes: what a pipe holds
# What a workbook may hold unpacked. One of 100,000 full rows has about 150 MB.
_MOST_BYTES_UNPACKED = 1024**3


def as_csv(content: bytes) -> BinaryIO:
    """Return the one sheet that holds data as CSV text in UTF-8.

    A row keeps the number it has in the spreadsheet. The workbook is opened in a
    process of its own, with a limit on its memory: a few bytes that name the last
    cell of a sheet are enough to ask for more than a machine has. What that has
    written is read while it writes more.

    :raises NotUsable: the workbook is damaged or too large, or has no sheet with
        data, or several; while it is read
    """
    _check_size_unpacked(content)
    return io.BufferedReader(_Sheet(content), _AT_ONCE)


class _Sheet(io.RawIOBase):
    """What the process writes, which ends with the stream if not before."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        # Any: mypy does not know that its pipes are there.
        self._child: Any = subprocess.Popen(  # noqa: S603 -- our own program; the file is its input
            [sys.executable, "-I", str(_READER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._handing_over = threading.Thread(
            target=self._hand_over, args=[content], daemon=True
        )
        self._handing_over.start()
        self._watch = threading.Timer(_LONGEST_SECONDS, self._child.kill)
        self._watch.daemon = True
        self._watch.start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as something is there.

        :raises NotUsable: that was the end, and no good one
        """
        count: int = self._child.stdout.readinto1(buffer)
        if count == 0:
            self._see_how_it_ended()
        return count

    def close(self) -> None:
        """End the process, whether it has written all or not."""
        if not self.closed:
            self._watch.cancel()
            self._child.kill()
            self._handing_over.join()
            self._child.stdout.close()
            self._child.stderr.close()
            self._child.wait()
        super().close()

    def _hand_over(self, content: bytes) -> None:
        # It may have ended before it has taken all.
        with suppress(BrokenPipeError), self._child.stdin as workbook:
            workbook.write(content)

    def _see_how_it_ended(self) -> None:
        said = self._child.stderr.read()
        code = self._child.wait()
        if code == 0:
            return
        if code == _REFUSED:
            raise _sheets(**json.loads(_last_line(said)))
        # 1 is an exception: it is no workbook after all, unless the memory ran out.
        if code == 1 and b"MemoryError" not in _last_line(said):
            raise NotUsable(
                "workbook_damaged",
                "The workbook is damaged and cannot be opened. Open it in Excel and "
                "save it again, then upload it",
            )
        raise _too_large()


def _check_size_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
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


def _sheets(count: int, sheets: list[dict[str, str | bool]]) -> NotUsable:
    """Return that there is no sheet with data, or so many, of which these are some."""
    if not sheets:
        return NotUsable(
            "empty_file",
            "The workbook is empty. Check that you saved it, and upload it again",
        )
    names = ", ".join(
        f"“{sheet['name']}”{' (hidden)' if sheet['hidden'] else ''}" for sheet in sheets
    )
    return NotUsable(
        "several_sheets",
        f"The workbook has {count} sheets with data: {names}. Keep the one with "
        "the children, delete the others, then upload it again",
    )
