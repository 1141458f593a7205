"""Uploaded files: kept in the database, encrypted, in pieces."""

from collections.abc import Iterator
from functools import cache
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any, BinaryIO

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from imports.models import CohortImport, ImportFile
from imports.sql import files as sql

# To decrypt a piece takes five times its size. Those of earlier releases are larger.
CHUNK_BYTES = 256 * 1024


def store(
    cohort_import: CohortImport,
    *,
    name: str,
    file_format: str,
    sha256: str,
    content: bytes,
) -> ImportFile:
    """Keep a file. Call it in the transaction that creates the import."""
    file = ImportFile.objects.create(
        cohort_import=cohort_import,
        name=name,
        format=file_format,
        size=len(content),
        sha256=sha256,
    )
    cipher = _cipher(tuple(settings.FILE_KEYS))
    # One at a time: a list of them all would hold the file twice more.
    pieces = (
        cipher.encrypt(content[start : start + CHUNK_BYTES])
        for start in range(0, len(content), CHUNK_BYTES)
    )
    sql.store_chunks(pieces, file_id=file.pk)
    return file


def content_of(file: ImportFile) -> bytes:
    """Return the bytes that were uploaded."""
    # Joined from a list, the file would be held twice.
    content = BytesIO()
    for piece in _pieces(file):
        content.write(piece)
    return content.getvalue()


def opened(file: ImportFile) -> BinaryIO:
    """Return the bytes that were uploaded, to be read: a piece of them is in memory."""
    return BufferedReader(_Pieces(_pieces(file)))


def _pieces(file: ImportFile) -> Iterator[bytes]:
    cipher = _cipher(tuple(settings.FILE_KEYS))
    read = position = 0
    while read < file.size:
        chunk = file.chunks.get(position=position)
        piece = cipher.decrypt(bytes(chunk.data))
        del chunk  # while the piece is used, it would be held twice
        yield piece
        read += len(piece)
        position += 1


class _Pieces(RawIOBase):
    """Pieces of bytes, one after the other, as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the present piece goes. 0 is the end."""
        if not self._left:
            self._left = memoryview(b"")  # an empty part of a piece holds all of it
            self._left = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    """Return what encrypts with the newest key and reads with each of them."""
    return MultiFernet([Fernet(key) for key in keys])
