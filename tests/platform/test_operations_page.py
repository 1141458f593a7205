"""docs/operations.md names the figures that Mavis tells, and no others."""

import re
from pathlib import Path

from imports import metrics

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "operations.md"


def test_the_page_of_alarms_has_every_figure_and_no_other():
    told = {name for name, _, _ in metrics.COUNTERS} | {
        "mavis_imports", "mavis_import_oldest_seconds", "mavis_queue_messages",
    }  # fmt: skip

    assert set(re.findall(r"`(mavis_\w+)`", PAGE.read_text())) == told
