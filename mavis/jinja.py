"""The Jinja environment of every page."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader


def environment(**options: Any) -> Environment:
    """Return an environment that knows our templates and the NHS.UK macros."""
    options["undefined"] = ChainableUndefined  # the NHS.UK macros need it
    options["loader"] = ChoiceLoader(
        [options["loader"], PackageLoader("nhsuk_frontend_jinja")]
    )
    jinja = Environment(
        autoescape=True, **{k: v for k, v in options.items() if k != "autoescape"}
    )
    jinja.globals.update(static=static, url=reverse)
    return jinja
