"""The request that hands over a large file: how long it takes, and how much memory."""

import re
import time
from collections.abc import Callable, Mapping, Sequence

import httpx
from django.conf import settings
from django.test import Client
from django.urls import reverse

from mavis.benchmark import database
from mavis.benchmark.database import nurse
from mavis.benchmark.figures import Figure
from mavis.benchmark.people import Row, as_csv, as_xlsx
from mavis.benchmark.servers import Memory, servers
from mavis.benchmark.size import Size

KINDS: Mapping[str, Callable[[Sequence[Row]], bytes]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
}
# Seconds, and megabytes over a web server that has nothing to do.
TARGETS = {"csv": (2, 100), "xlsx": (5, 500)}
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class NotTaken(Exception):
    """A file was refused."""


def measure(of: Size) -> list[Figure]:
    """Upload the same rows as each kind of file, to a web server just started."""
    rows = of.file(of.many_rows)
    figures = []
    with database.base(of.children, seed=of.seed) as base:
        for kind, written in KINDS.items():
            content = written(rows)
            done = [_upload(base, f"cohort.{kind}", content) for _ in range(of.runs)]
            name = f"upload of {of.many_rows:,} rows, {kind}"
            longest, most = TARGETS[kind]
            figures += [
                Figure(f"{name}: seconds", [one for one, _ in done], at_most=longest),
                Figure(f"{name}: MB more", [two for _, two in done], at_most=most),
            ]
    return figures


def _upload(base: database.Base, name: str, content: bytes) -> tuple[float, float]:
    """Return the seconds that the request took, and the megabytes."""
    with database.copy(base) as address, servers(address) as started:
        site, child = started.web()
        with httpx.Client(
            base_url=site, cookies=_cookies(), trust_env=False, timeout=120
        ) as browser:
            page = reverse("imports:upload_children")
            # The first request of each process loads what it needs.
            for _ in range(10):
                form = browser.get(page)
            token = _TOKEN.search(form.text)
            if token is None:
                raise NotTaken(f"There is no form: {form.status_code}.")
            with Memory(child.pid) as memory:
                began = time.perf_counter()
                answer = browser.post(
                    page,
                    data={"csrfmiddlewaretoken": token[1]},
                    files={"file": (name, content)},
                )
                seconds = time.perf_counter() - began
        if answer.status_code != 302:
            raise NotTaken(f"The upload was answered with {answer.status_code}.")
        return seconds, memory.added


def _cookies() -> dict[str, str]:
    """Return what the browser of the nurse has, who is signed in."""
    browser = Client()
    browser.force_login(nurse(), backend=settings.AUTHENTICATION_BACKENDS[0])
    return {name: cookie.value for name, cookie in browser.cookies.items()}
