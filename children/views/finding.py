"""Finding children."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from children import queries
from children.forms.searching import SearchForm
from children.pages.finding import Found
from mavis import clock, kept_searches
from mavis.access import AuthenticatedRequest, team_required

# Where the session keeps what was searched for.
SEARCHES = "child_searches"


@require_http_methods(["GET", "POST"])
@team_required
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Keep what was asked for in the session, and list the children found."""
    if request.method == "POST":
        form = search_form(request, request.POST.dict())
        if form.is_valid():
            # What the form made of it: any text at all ticks a box.
            entered = form.cleaned_data.items()
            wanted = {name: str(value or "") for name, value in entered}
            key = kept_searches.keep(request, SEARCHES, wanted)
            return redirect(f"{reverse('children:search')}?search={key}")
        return render(request, "children/search.jinja", {"form": form}, status=422)
    key = request.GET.get("search", "")
    asked = kept_searches.kept(request, SEARCHES, key)
    form = search_form(request, asked)
    page = found(request, form, key) if asked and form.is_valid() else None
    forgotten = bool(key) and asked is None
    context = {"form": form, "page": page, "forgotten": forgotten}
    return render(request, "children/search.jinja", context)


def search_form(
    request: AuthenticatedRequest, asked: dict[str, str] | None
) -> SearchForm:
    schools = [(school.pk, school.name) for school in queries.schools_of(request.team)]
    return SearchForm(asked, schools=schools)


def found(request: AuthenticatedRequest, form: SearchForm, key: str) -> Found:
    return Found.of(
        request.team,
        form.search(),
        page=request.GET.get("page", "1"),
        address=f"{reverse('children:search')}?search={key}&page=",
        today=clock.today(),
    )
