"""Two people settle one close match at the same moment, each in a session of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from children.models import Child
from imports.rules.resolutions import Resolution
from imports.stages import weigh
from imports.stages.resolve import AlreadyResolved
from mavis.models import ActivityEvent, EventKind
from tests.factories import ChildFactory, TeamFactory, another_nhs_number
from tests.imports.settling import close_match, decide

pytestmark = pytest.mark.django_db(transaction=True)


def at_the_same_moment(*decisions):
    """Carry out these decisions side by side; return which of them were refused."""
    starts = Barrier(len(decisions))

    def carry_out(decision):
        match, resolution, child = decision
        try:
            seen = weigh.weigh(match).version
            starts.wait(timeout=10)
            decide(match, resolution, child, seen=seen)
        except AlreadyResolved as refused:
            return refused
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(decisions)) as people:
        return [refused for refused in people.map(carry_out, decisions) if refused]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Resolution.KEEP_BOTH, Resolution.KEEP_BOTH),
        (Resolution.USE_UPLOADED, Resolution.KEEP_BOTH),
        (Resolution.USE_UPLOADED, Resolution.USE_UPLOADED),
    ],
)
def test_one_of_two_people_wins(one, other):
    team = TeamFactory()
    child = ChildFactory(team=team)
    match = close_match(
        team,
        postcode="M1 1AE",
        nhs_number=another_nhs_number(),
        nhs_number_confirmed=True,
    )

    def of(resolution):
        return match, resolution, None if resolution is Resolution.KEEP_BOTH else child

    (refused,) = at_the_same_moment(of(one), of(other))

    assert isinstance(refused, AlreadyResolved)
    match.refresh_from_db()
    made = match.resolution == Resolution.KEEP_BOTH
    assert Child.objects.count() == (2 if made else 1)
    told = ActivityEvent.objects.filter(kind=EventKind.CLOSE_MATCH_RESOLVED)
    assert told.count() == (2 if made else 1)
