"""docs/operations.md names the figures that Mavis tells, and no others."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md"


@pytest.mark.django_db
def test_the_page_of_alarms_has_every_figure_and_no_other(client, settings):
    settings.METRICS_TOKEN = "a-token"
    answer = client.get("/metrics", headers={"Authorization": "Bearer a-token"})

    told = set(re.findall(r"^# TYPE (\w+)", answer.content.decode(), re.MULTILINE))
    assert set(re.findall(r"`(mavis_\w+)`", PAGE.read_text())) == told
