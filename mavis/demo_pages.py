"""What the pages of a demonstration show besides: how to sign in, and sample files."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from mavis.demo.catalogue import Catalogue


def demo() -> "Catalogue | None":
    """Return what there is to say of the demonstration, if this is one."""
    if not settings.DEMO_DIR:
        return None
    from mavis.demo import catalogue

    return catalogue.Catalogue.read(settings.DEMO_DIR)


@require_safe
def demo_file(request: HttpRequest, name: str) -> FileResponse:
    """Hand out a sample file of the demonstration; only those of its catalogue."""
    if not settings.DEMO_DIR:
        raise Http404
    from mavis.demo import catalogue

    path = catalogue.path_of(settings.DEMO_DIR, name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
