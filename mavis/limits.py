"""What is refused before it is read: too much at once, and too many uploads."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import IOBase
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from mavis import attempts
from mavis.access import AuthenticatedRequest, may_work
from mavis.models import AttemptKind
from mavis.pages import show_time

Next = Callable[[HttpRequest], HttpResponse]

# What a form may be at most, with some room for how it is written down.
FORM_BYTES = 2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
# A file that is too large is read to its end (and not kept), so that the browser gets
# round to our answer. One that is larger than the limit by this is not read at all.
READ_TO_THE_END = 4


class Whole(IOBase):
    """What a browser sends, which fails if it breaks off before its end.

    Without this, half of a file would be taken for the whole of it.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self.stream = stream
        self.missing = length

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.stream.read(size)
        return self._counted(data, all_of_it=size < 0)

    def readline(self, size: int | None = -1) -> bytes:
        data: bytes = self.stream.readline(size)
        return self._counted(data, all_of_it=False)

    def _counted(self, data: bytes, *, all_of_it: bool) -> bytes:
        self.missing -= len(data)
        if self.missing > 0 and (all_of_it or not data):
            raise MultiPartParserError("the body broke off")
        return data


def no_more_than_allowed(get_response: Next) -> Next:
    """Refuse what is larger, or comes more often, than anything that Mavis takes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if length := content_length(request):
            request._stream = Whole(request._stream, length)  # type: ignore[assignment]
        uploads = request.method == "POST" and request.path == reverse(
            "imports:upload_children"
        )
        if uploads and may_work(request):
            return of_upload(request) or get_response(request)
        if content_length(request) > FORM_BYTES:
            return too_large(request)
        return get_response(request)

    return middleware


def of_upload(request: AuthenticatedRequest) -> HttpResponse | None:
    """Count an upload, and return the answer to one that is refused."""
    largest = READ_TO_THE_END * settings.IMPORT_MAX_MEGABYTES * 1024 * 1024
    if content_length(request) > max(largest, FORM_BYTES):
        return too_large(request)
    now = timezone.now()
    try:
        attempts.take(
            AttemptKind.UPLOAD_BY_USER,
            str(request.user.pk),
            allowance=settings.UPLOADS_BY_USER,
            at=now,
        )
        attempts.take(
            AttemptKind.UPLOAD_BY_TEAM,
            str(request.team.pk),
            allowance=settings.UPLOADS_BY_TEAM,
            at=now,
        )
    except attempts.TooMany as too_many:
        return too_often(request, too_many.free_at, now=now)
    return None


def content_length(request: HttpRequest) -> int:
    """Return how many bytes a request says that it has."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer what has more bytes than we read."""
    context = {"megabytes": settings.IMPORT_MAX_MEGABYTES}
    return render(request, "413.jinja", context, status=413)


def too_often(
    request: HttpRequest, free_at: datetime, *, now: datetime
) -> HttpResponse:
    """Answer what was done more often than is allowed, and say when it may be again."""
    answer = render(request, "429.jinja", {"at": minute_after(free_at)}, status=429)
    answer.headers["Retry-After"] = str(seconds_until(free_at, now=now))
    return answer


def minute_after(moment: datetime) -> str:
    """Return a time of day at which a moment is over for certain."""
    return show_time(moment + timedelta(seconds=59))


def seconds_until(moment: datetime, *, now: datetime) -> int:
    """Return the seconds until a moment, rounded up."""
    return max(ceil((moment - now).total_seconds()), 1)
