"""Asking about people while others are added: what is told, and when."""

import asyncio
import time

import httpx
import pytest

from pds.answer_box import AnswerBox
from pds.asking import Asking
from pds.client import ATTEMPTS, Client
from pds.limiter import Unlimited
from pds.lookups import Wanted
from tests.pds.cast import AT, patient, sought
from tests.pds.scripted import ScriptedPDS, at_once, run

BROKEN = (500, b"")
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


class HeldPDS(ScriptedPDS):
    """One that answers about some people only when it is let go."""

    def __init__(self, people=(), *, held=()):
        super().__init__(people)
        self.held = held
        self.let_go = asyncio.Event()

    @property
    def transport(self):
        return httpx.MockTransport(self.answer_in_time)

    async def answer_in_time(self, request):
        answer = self.answer(request)
        if self.sent(request).get("given") in self.held:
            await self.let_go.wait()
        return answer


def asking_of(pds, *, clients=2):
    return Asking(
        clients=[
            Client(
                base_url="http://pds",
                ods_code="R0001",
                limiter=Unlimited(),
                transport=pds.transport,
                pause=at_once,
            )
            for _client in range(clients)
        ],
        box=AnswerBox(base_url="http://pds", secret_key="k", fernet_keys=[KEY]),
        clock=lambda: AT,
        until=time.monotonic() + 60,
    )


def wanted(name):
    return Wanted(name, sought(first_name=name), "row-1")


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0)


def names(traced):
    return [one.key for one in traced]


def test_people_may_be_added_while_others_are_asked_about():
    async def go():
        pds = HeldPDS({"Amara": patient(), "Leo": patient()}, held=["Amara"])
        asking = asking_of(pds)
        asked = asyncio.create_task(asking.ask())
        asking.add([wanted("Amara")], {})
        assert await asking.wants_more(30)
        asking.add([wanted("Leo")], {})
        asking.add_no_more()
        await until(lambda: len(pds.requests) == 2)
        pds.let_go.set()
        await asked
        return asking.news()[0]

    tracings = run(go)
    assert sorted(names(tracings.finished)) == ["Amara", "Leo"]
    assert (tracings.calls, tracings.answers) == (2, 2)


def test_more_are_wanted_when_half_of_the_last_have_been_begun():
    async def go():
        held = ["Child 1", "Child 2", "Child 3"]
        pds = HeldPDS(held=held)
        asking = asking_of(pds, clients=3)
        asked = asyncio.create_task(asking.ask())
        asking.add([], {})
        assert await asking.wants_more(0.05)
        asking.add([wanted(f"Child {n}") for n in range(1, 9)], {})
        early = await asking.wants_more(0.05)
        pds.let_go.set()
        late = await asking.wants_more(30)
        asking.add_no_more()
        after = await asking.wants_more(30)
        await asked
        return early, late, after

    assert run(go) == (False, True, False)


def test_who_is_done_is_told_once_and_at_once_and_who_failed_at_the_end():
    async def go():
        pds = HeldPDS({"Amara": patient(), "Leo": BROKEN}, held=["Ada"])
        asking = asking_of(pds)
        asked = asyncio.create_task(asking.ask())
        asking.add([wanted("Amara"), wanted("Leo"), wanted("Ada")], {})
        asking.add_no_more()
        await until(lambda: len(pds.requests) == 1 + ATTEMPTS + 1)
        news = asking.news()
        pds.let_go.set()
        await asked
        return news, asking.news()

    (first, first_heard), (rest, rest_heard) = run(go)
    assert names(first.finished) == ["Amara"]
    assert (first.failed, first.answers, first.faults) == ([], 1, {"http_500": 4})
    assert names(rest.finished) == ["Ada"]
    assert names(rest.failed) == ["Leo"]
    assert (first.calls + rest.calls, rest.faults) == (10, {})
    assert (len(first_heard), len(rest_heard)) == (1, 5)
    assert not set(first_heard) & set(rest_heard)


def test_that_pds_went_away_is_seen_although_it_answered_before():
    async def go():
        pds = HeldPDS({"Amara": patient()})
        asking = asking_of(pds)
        asked = asyncio.create_task(asking.ask())
        asking.add([wanted("Amara")], {})
        await until(lambda: asking.news()[0].finished)
        pds.is_down = True
        asking.add([wanted("Leo")], {})
        asking.add_no_more()
        await asked
        return asking.news()[0]

    tracings = run(go)
    assert tracings.is_out
    assert (tracings.finished, tracings.failed) == ([], [])


def test_when_it_is_ended_what_was_sent_is_waited_for_and_no_more_is_begun():
    async def go():
        pds = HeldPDS({"Amara": patient(), "Leo": patient()}, held=["Amara", "Leo"])
        asking = asking_of(pds)
        asked = asyncio.create_task(asking.ask())
        asking.add([wanted(name) for name in ("Amara", "Leo", "Ada", "Bo")], {})
        await until(lambda: len(pds.requests) == 2)
        asking.end()
        pds.let_go.set()
        await asked
        return asking.news()[0]

    tracings = run(go)
    assert sorted(names(tracings.finished)) == ["Amara", "Leo"]
    assert tracings.calls == 2


@pytest.mark.parametrize("people", [[], ["Amara"]])
def test_it_may_be_ended_while_it_waits_for_more(people):
    async def go():
        asking = asking_of(HeldPDS({"Amara": patient()}))
        asked = asyncio.create_task(asking.ask())
        if people:
            asking.add([wanted(name) for name in people], {})
            assert await asking.wants_more(30)
        asking.end()
        async with asyncio.timeout(30):
            await asked
        return asking.is_over, await asking.wants_more(30)

    assert run(go) == (True, False)
