"""A PDS that answers as a test tells it to, and remembers what it was asked."""

import json
from collections import Counter
from urllib.parse import parse_qsl

import httpx
from anyio.from_thread import start_blocking_portal

from tests.pds.cast import bundle, outcome

NOT_HELD = outcome("RESOURCE_NOT_FOUND", issue="not-found", severity="information")


class ScriptedPDS:
    """Give `next` answers first, then those of `people` by first name or number.

    A person is a FHIR resource, a (status, body) or an exception; whoever is not
    among them is not known to PDS.
    """

    def __init__(self, people=()):
        self.people = dict(people)
        self.next = []
        self.is_down = False
        self.requests = []

    @property
    def transport(self):
        return httpx.MockTransport(self.answer)

    def answer(self, request):
        self.requests.append(request)
        if self.is_down:
            raise httpx.ConnectError("refused")
        answer = self.next.pop(0) if self.next else self.known(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return httpx.Response(status, content=body)

    def known(self, request):
        *_, number = request.url.path.split("/")
        if number != "Patient":
            return self.people.get(number, (404, NOT_HELD))
        found = self.people.get(self.sent(request)["given"], bundle())
        is_patient = isinstance(found, dict) and found["resourceType"] == "Patient"
        return bundle(found) if is_patient else found

    @staticmethod
    def sent(request):
        return dict(parse_qsl(request.url.query.decode()))

    @property
    def asked(self):
        """How often each address was asked for."""
        return Counter(str(request.url) for request in self.requests)


async def at_once(_seconds):
    """A pause that takes no time."""


def run(function, *arguments):
    """Run a coroutine function to its end, in a thread of its own.

    A browser test before this one may have left its event loop in the thread of tests.
    """
    with start_blocking_portal() as portal:
        return portal.call(function, *arguments)
