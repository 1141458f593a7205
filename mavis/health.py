"""Whether this process answers, and whether it can work: asked by what runs Mavis.

Answered before all else, so that a probe needs no HTTPS, no known host, no session and,
for the first, no database. The answers name what fails and nothing more.
"""

import functools
from collections.abc import Callable
from http import HTTPStatus

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from mavis import counting
from mavis.counting import PATIENCE
from mavis.rules.permissions import FOR_WHAT_WATCHES

Next = Callable[[HttpRequest], HttpResponse]


def first_what_watches(get_response: Next) -> Next:
    """Answer what runs and watches Mavis, which comes straight to a process.

    These addresses are in mavis.urls as all others are. Whoever may not look, or does
    more than look, is answered as at any other address: there is nothing, or not so.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} and request.path_info in _addresses():
            try:
                answer: HttpResponse = resolve(request.path_info).func(request)
            except Http404:
                return get_response(request)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return get_response(request)

    return middleware


@functools.cache
def _addresses() -> frozenset[str]:
    return frozenset(reverse(name) for name in FOR_WHAT_WATCHES)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether this process can work, and what of it fails."""
    parts = {"database": database(), "broker": broker()}
    works = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"status": "ready" if works else "not ready", **parts},
        status=HTTPStatus.OK if works else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def database() -> str:
    """Return ok, unreachable, or not migrated.

    Over a connection of its own: one of the pool may be waited for half a minute. A
    database that is ahead, as a newer release makes it, is as good as one that is not.
    """
    to_it = connections[DEFAULT_DB_ALIAS].get_connection_params()
    try:
        with psycopg.connect(**{**to_it, "connect_timeout": PATIENCE}) as session:
            session.execute(f"SET statement_timeout = '{PATIENCE}s'")
            rows = session.execute("SELECT app, name FROM django_migrations").fetchall()
    except psycopg.errors.UndefinedTable:
        return "not migrated"
    except psycopg.Error:
        return "unreachable"
    return (
        "ok" if _migrations() <= {(app, name) for app, name in rows} else "not migrated"
    )


def broker() -> str:
    """Return ok or unreachable."""
    try:
        with counting.valkey() as server:
            server.ping()
    except RedisError:
        return "unreachable"
    return "ok"


@functools.cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that this release has."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
