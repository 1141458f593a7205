"""Editing a child's record, a part of it at a time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from children import editing, queries
from children.access import child_required
from children.editing import NumberIsTaken, Part, RecordChanged
from children.forms.details import FORMS, PartForm
from children.models import Child
from children.pages.editing import EditRecord
from mavis import clock
from mavis.access import AuthenticatedRequest

# Nobody is told whose number it is, nor that it is somebody's.
NUMBER_REFUSED = (
    "This NHS number cannot be used for this child. Check that it is the right one"
)
CHANGED = (
    "Someone has changed this part of the record since you opened the page. Check what "
    "it says now, and make your change again."
)


@require_GET
@child_required
def edit(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    page = EditRecord.of(child, today=clock.today())
    return render(request, "children/edit.jinja", {"page": page})


@require_http_methods(["GET", "POST"])
@child_required
def edit_part(request: AuthenticatedRequest, child: Child, part: str) -> HttpResponse:
    """Show the form of one part of the record, and write what was entered."""
    which = part_for(child, part)
    form = form_for(request, child, which, data=request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return show_form(request, child, form, status=status)
    try:
        changed = editing.edit(
            child_id=child.pk,
            team=request.team,
            part=which,
            values=form.values(),
            seen=form.cleaned_data["seen"],
            by=request.user,
            at=clock.now(),
        )
    except RecordChanged:
        now = queries.child_for(request.team, child.pk)
        form = form_for(request, now, which)
        return show_form(request, now, form, notice=CHANGED, status=409)
    except NumberIsTaken as taken:
        if taken.child_id is not None:
            return redirect("merging:merge", child_id=child.pk, into_id=taken.child_id)
        form.add_error("nhs_number", NUMBER_REFUSED)
        return show_form(request, child, form, status=422)
    if changed:
        messages.success(request, "Record updated")
    return redirect("children:edit", child_id=child.pk)


def part_for(child: Child, part: str) -> Part:
    """Return the part that an address names.

    :raises Http404: there is none, or it must not be seen of a restricted child
    """
    try:
        which = Part(part)
    except ValueError:
        raise Http404 from None
    if which is Part.ADDRESS and child.restricted:
        raise Http404
    return which


def form_for(
    request: AuthenticatedRequest, child: Child, part: Part, *, data: Any = None
) -> PartForm:
    return FORMS[part](
        data,
        child=child,
        team=request.team,
        today=clock.today(),
        seen=editing.version_of(child, part),
    )


def show_form(
    request: AuthenticatedRequest,
    child: Child,
    form: PartForm,
    *,
    status: int,
    notice: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "page": EditRecord.of(child, today=clock.today()),
        "notice": notice,
    }
    return render(request, "children/edit_part.jinja", context, status=status)
