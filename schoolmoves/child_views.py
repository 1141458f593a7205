"""Pages under a child's addresses that change its school, or who has the child."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from children import queries
from children.access import child_required
from children.editing import RecordChanged
from children.models import ArchiveReason, Child
from mavis import clock
from mavis.access import AuthenticatedRequest
from mavis.pages import show_name
from schoolmoves import archiving, changing
from schoolmoves.archiving import AlreadyArchived, NotRestored
from schoolmoves.changing import NoMoveAllowed
from schoolmoves.child_forms import ArchiveForm, SchoolForm, value_of
from schoolmoves.models import MoveSource
from schoolmoves.queries import has_open_move

CHANGED = (
    "Someone has changed this child’s school since you opened the page. Check what it "
    "is now, and make your change again."
)


@require_http_methods(["GET", "POST"])
@child_required
def school(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    """Ask where the child is taught, and put the child there at once."""
    if child.deceased or child.archived_at is not None:  # type: ignore[attr-defined]
        raise Http404
    form = school_form(request, child, request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return show_school_form(request, child, form)
    if form.cleaned_data["seen"] != value_of(changing.place_of(child)):
        return school_has_changed(request, child)
    try:
        changed = changing.change_school(
            child=child,
            place=form.place(),
            team=request.team,
            by=request.user,
            at=clock.now(),
            source=MoveSource.EDIT,
        )
    except (RecordChanged, NoMoveAllowed):
        return school_has_changed(request, queries.child_for(request.team, child.pk))
    if changed:
        messages.success(request, "School changed")
    return redirect("children:edit", child_id=child.pk)


def school_form(
    request: AuthenticatedRequest, child: Child, data: object
) -> SchoolForm:
    schools = [(each.pk, each.name) for each in queries.schools_of(request.team)]
    if child.school and child.school.team_id != request.team.pk:
        schools.insert(0, (child.school.pk, child.school.name))
    return SchoolForm(data, schools=schools, present=changing.place_of(child))


def school_has_changed(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    form = school_form(request, child, None)
    return show_school_form(request, child, form, notice=CHANGED)


def show_school_form(
    request: AuthenticatedRequest, child: Child, form: SchoolForm, *, notice: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "child_id": child.pk,
        "child": show_name(child.first_name, child.last_name),
        "has_open_move": has_open_move(request.team, child),
        "notice": notice,
    }
    status = 409 if notice else 422 if form.errors else 200
    return render(request, "schoolmoves/change_school.jinja", context, status=status)


@require_http_methods(["GET", "POST"])
@child_required
def archive(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    form = ArchiveForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        context = {
            "form": form,
            "child_id": child.pk,
            "child": show_name(child.first_name, child.last_name),
        }
        status = 200 if request.method == "GET" else 422
        return render(request, "schoolmoves/archive.jinja", context, status=status)
    try:
        archiving.archive(
            child_id=child.pk,
            team=request.team,
            reason=ArchiveReason(form.cleaned_data["reason"]),
            details=form.cleaned_data["details"],
            by=request.user,
            at=clock.now(),
        )
    except AlreadyArchived:
        messages.error(request, "Someone else has archived this record already")
    else:
        messages.success(request, "Record archived")
    return redirect("children:show", child_id=child.pk)


@require_POST
@child_required
def restore(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    try:
        archiving.restore(
            child_id=child.pk, team=request.team, by=request.user, at=clock.now()
        )
    except NotRestored:
        messages.error(request, "This record cannot be restored, or has been already")
    else:
        messages.success(request, "Record restored")
    return redirect("children:show", child_id=child.pk)
