"""How the pieces of an uploaded file are stored."""

from collections.abc import Iterable

from django.db import connection

# An INSERT writes bytes as text of twice their length, which takes twice as long.
_COPY_CHUNKS = """
COPY imports_importfilechunk (file_id, position, data) FROM STDIN (FORMAT binary)
"""


def store_chunks(pieces: Iterable[bytes], *, file_id: int) -> None:
    """Store pieces of a file, in order; each is taken when the one before is sent."""
    with connection.cursor() as cursor, cursor.copy(_COPY_CHUNKS) as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for position, piece in enumerate(pieces):
            copy.write_row((file_id, position, piece))
