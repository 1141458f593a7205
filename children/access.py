"""Who gets at a child's pages: the team that has the child, and nobody else."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from children import queries
from mavis import clock
from mavis.access import AuthenticatedRequest, record_opening, team_required


def child_required(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Give a view the child its address names, in place of the child's id.

    Another team's child is not found. The address of a record that was merged leads
    to the one that remains. Each look at a child is noted: what was sent, too, may be
    answered by a page that shows the child.
    """

    @team_required
    @wraps(view)
    def checked(
        request: AuthenticatedRequest, /, child_id: int, **others: Any
    ) -> HttpResponse:
        child = queries.children_of(request.team).filter(pk=child_id).first()
        if child is None:
            return to_record_that_remains(request, child_id, **others)
        response = view(request, child, **others)
        if response.status_code != HTTPStatus.FOUND:
            opened(request, child_id)
        return response

    return checked


def to_record_that_remains(
    request: AuthenticatedRequest, child_id: int, **others: Any
) -> HttpResponse:
    """Send someone on from the address of a merged record.

    :raises Http404: it was not merged, or into a child of another team
    """
    remains = queries.record_that_remains(request.team, child_id)
    if remains is None:
        raise Http404
    if request.method == "GET" and request.resolver_match and not others:
        return redirect(request.resolver_match.view_name, child_id=remains)
    return redirect("children:show", child_id=remains)


def opened(request: AuthenticatedRequest, child_id: int) -> None:
    record_opening(
        child_id=child_id, by=request.user, team=request.team, at=clock.now()
    )
