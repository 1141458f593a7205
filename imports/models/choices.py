"""The values of a StrEnum as Django wants choices."""

from collections.abc import Iterable


def choices(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return the values, each as its own label: pages have words of their own."""
    return [(value, value) for value in values]
