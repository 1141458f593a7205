"""What axe, a script that looks for what shuts people out, finds fault with."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

# Only what is wrong is of interest: axe would send ten times as much back. And it is not
# to fetch stylesheets by itself: it takes their addresses for the page's.
_RUN = """
() => axe.run({preload: false, resultTypes: ["violations"]}).then(found =>
  found.violations.map(one =>
    `${one.id}: ${one.help}. ${one.nodes.map(node => node.html).join(" ")}`))
"""


def violations(page: Any) -> list[str]:
    """Return what is wrong with the page that is open, and where."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN)
    return found


def comes_with_every_page(page: Any) -> None:
    """Have the browser keep axe for all pages to come, instead of being sent it anew."""
    page.add_init_script(AXE_SCRIPT)
