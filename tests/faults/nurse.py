"""A nurse at a browser without JavaScript, who goes on when a page cannot be had."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

import httpx

from imports.models import CohortImport
from mavis.models import User
from tests.faults.place import PASSWORD

# Seconds for which a page is waited for.
PATIENCE = 60
FILE_PAGE = "/imports/upload/child-records/"


class Nurse:
    def __init__(self, address: str) -> None:
        self.web = httpx.Client(
            base_url=address, trust_env=False, timeout=PATIENCE, follow_redirects=True
        )

    def logs_in(self, user: User) -> None:
        answer = self.posts("/sign-in/", {"email": user.email, "password": PASSWORD})
        assert "Log out" in answer.text

    def opens(self, path: str = "/imports/") -> int:
        """Return the status of the answer."""
        return self.web.get(path).status_code

    def opens_many(self, times: int = 32) -> set[int]:
        """Open pages at once, as many people do, and return what they answered."""
        with ThreadPoolExecutor(16) as people:
            return set(people.map(lambda _time: self.opens(), range(times)))

    def uploads(self, file: IO[bytes]) -> httpx.Response:
        return self.posts(
            FILE_PAGE, {}, files={"file": ("cohort.csv", file, "text/csv")}
        )

    def posts(self, path: str, said: dict[str, str], **more: object) -> httpx.Response:
        return self.web.post(path, data={**said, **self.token(path)}, **more)  # type: ignore[arg-type]

    def token(self, path: str) -> dict[str, str]:
        found = re.search(
            r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page(path)
        )
        assert found
        return {"csrfmiddlewaretoken": found[1]}

    def page(self, path: str) -> str:
        return self.web.get(path).raise_for_status().text


@contextmanager
def at(address: str, user: User) -> Iterator[Nurse]:
    """Log someone in."""
    nurse = Nurse(address)
    with nurse.web:
        nurse.logs_in(user)
        yield nurse


def import_shown(answer: httpx.Response) -> CohortImport:
    """Return the import whose page an answer is."""
    assert answer.status_code == 200
    return CohortImport.objects.get(pk=int(answer.url.path.split("/")[2]))
