"""How a file that a browser sends is received: never more of it than is allowed."""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLarge(UploadedFile):  # type: ignore[type-arg]
    """A file of which only the size is known: it was too large to be kept."""


class OnlyAsMuchAsAllowed(FileUploadHandler):
    """Passes a file on to the next handler until it is too large, then drops it.

    The rest is still counted, so that the person can be told how large the file is.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Return the chunk for the next handler, or nothing to drop it."""
        # A chunk more than allowed, so that a file at the limit is kept whole.
        return raw_data if start <= limit() else None

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        """Return a file that is too large without its content; others keep the rest."""
        if file_size <= limit():
            return None
        for handler in self.request.upload_handlers if self.request else ():
            # What the next handler has of it is closed and removed at once.
            handler.upload_interrupted()
        return TooLarge(BytesIO(), self.file_name, self.content_type, file_size)


def limit() -> int:
    """Return how many bytes an uploaded file may have."""
    return int(settings.IMPORT_MAX_MEGABYTES) * 1024 * 1024
