"""How a file is uploaded: which type, which file, and a question if it is known."""

from io import BytesIO

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from imports import files, queries, tasks
from imports.forms import UploadAgain, UploadFile, UploadType
from imports.pages.uploading import SameFile, UploadChildren
from imports.stages import upload as stage
from mavis import clock
from mavis.access import AuthenticatedRequest, team_required


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def upload(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the type of records. There is one so far."""
    form = UploadType(request.POST or None)
    if request.method == "POST":
        form = UploadType(request.POST)
        if form.is_valid():
            return redirect("imports:upload_children")
    status = 422 if form.errors else 200
    return render(request, "imports/upload.jinja", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@team_required
def upload_children(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the file, and take it unless something is wrong with it as a whole."""
    if request.method != "POST":
        return _ask_for_file(request, UploadFile())
    form = UploadFile(request.POST, request.FILES)
    if not form.is_valid():
        return _ask_for_file(request, form)
    file = form.cleaned_data["file"]
    try:
        checked = stage.check(name=file.name, content=file)
    except stage.Refused as refused:
        return _say_why(request, form, refused)
    if same := stage.same_file_in_progress(team=request.team, sha256=checked.sha256):
        page = SameFile.of(same, team=request.team, name=checked.name)
        return render(request, "imports/same_file.jinja", {"page": page})
    return _take(request, checked)


@require_POST
@team_required
def upload_again(request: AuthenticatedRequest) -> HttpResponse:
    """Take a file that is in progress a second time, from what we hold of it."""
    form = UploadAgain(request.POST)
    if not form.is_valid():
        return redirect("imports:upload_children")
    same = queries.import_for(request.team, form.cleaned_data["again"])
    content = BytesIO(files.content_of(same.file))
    try:
        checked = stage.check(name=form.cleaned_data["name"], content=content)
    except stage.Refused as refused:
        return _say_why(request, UploadFile({}, {}), refused)
    return _take(request, checked)


def _take(request: AuthenticatedRequest, checked: stage.CheckedFile) -> HttpResponse:
    """Save a checked file as an upload, and show how it gets on."""
    cohort_import = stage.upload(
        checked=checked,
        team=request.team,
        by=request.user,
        at=clock.now(),
        today=clock.today(),
    )
    tasks.queue(cohort_import.pk)
    return redirect("imports:show", import_id=cohort_import.pk)


def _say_why(
    request: AuthenticatedRequest, form: UploadFile, refused: stage.Refused
) -> HttpResponse:
    """Ask for the file again, with all that is wrong with this one as a whole."""
    for problem in refused.problems:
        form.add_error("file", problem.message)
    return _ask_for_file(request, form)


def _ask_for_file(request: AuthenticatedRequest, form: UploadFile) -> HttpResponse:
    context = {"form": form, "page": UploadChildren.on(clock.today())}
    status = 422 if form.errors else 200
    return render(request, "imports/upload_children.jinja", context, status=status)
