"""The Jinja environment of every page."""

from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from mavis import pages


def environment(**options: Any) -> Environment:
    """Return an environment that knows our templates and the NHS.UK macros."""
    options["undefined"] = ChainableUndefined  # the NHS.UK macros need it
    options["autoescape"] = True
    options["trim_blocks"] = True
    options["lstrip_blocks"] = True
    options["loader"] = ChoiceLoader(
        [options["loader"], PackageLoader("nhsuk_frontend_jinja")]
    )
    jinja = Environment(**options)  # noqa: S701 -- autoescape is in the options
    jinja.globals.update(
        static=static,
        url=address,
        get_messages=get_messages,
        full_name=pages.show_name,
    )
    jinja.filters.update(pages.FILTERS)
    return jinja


def address(name: str, /, *args: object, **kwargs: object) -> str:
    """Return the address of a page by its name: `url("imports:show", import_id=7)`."""
    return reverse(name, args=args or None, kwargs=kwargs or None)
