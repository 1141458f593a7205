"""Uploaded files: kept in the database, encrypted, a megabyte at a time."""

from functools import cache
from io import BytesIO

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from imports.models import CohortImport, ImportFile, ImportFileChunk

CHUNK_BYTES = 1024 * 1024


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
    for position, start in enumerate(range(0, len(content), CHUNK_BYTES)):
        # One at a time: a list of them all would hold the file twice more.
        ImportFileChunk.objects.create(
            file=file,
            position=position,
            data=cipher.encrypt(content[start : start + CHUNK_BYTES]),
        )
    return file


def content_of(file: ImportFile) -> bytes:
    """Return the bytes that were uploaded."""
    cipher = _cipher(tuple(settings.FILE_KEYS))
    chunks = file.chunks.order_by("position").values_list("data", flat=True)
    # Joined from a list, the file would be held twice.
    content = BytesIO()
    for data in chunks.iterator(chunk_size=1):
        content.write(cipher.decrypt(bytes(data)))
    return content.getvalue()


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    """Return what encrypts with the newest key and reads with each of them."""
    return MultiFernet([Fernet(key) for key in keys])
