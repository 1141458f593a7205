"""From which address somebody asks, to count by."""

from django.conf import settings
from django.http import HttpRequest

from mavis.rules import client_address


def address_of(request: HttpRequest) -> str:
    """Return the address that a request came from, as our own proxies saw it."""
    return client_address.client_address(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings.TRUSTED_PROXIES,
    )
