"""What holds at the end of every journey."""

from collections.abc import Iterator

import pytest

from mavis.models import Team
from tests.journeys.counting import assert_counts_agree


@pytest.fixture(autouse=True)
def counts_agree_at_the_end(transactional_db: None) -> Iterator[None]:
    """Compare the counts on all pages of all teams, once whoever works has stopped."""
    yield
    for team in Team.objects.all():
        assert_counts_agree(team)
