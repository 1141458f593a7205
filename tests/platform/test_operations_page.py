"""docs/operations.md names the figures, events and commands that there are."""

import re

import pytest
from django.core.management import get_commands

from mavis.rights import ROLE
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.django_db
def test_the_page_has_every_figure_and_no_other(client, settings):
    settings.METRICS_TOKEN = "a-token"
    answer = client.get("/metrics", headers={"Authorization": "Bearer a-token"})

    told = set(re.findall(r"^# TYPE (\w+)", answer.content.decode(), re.MULTILINE))
    assert set(re.findall(r"\bmavis_\w+", PAGE)) - {ROLE} == told


def test_the_page_has_every_event_that_is_logged_and_no_other():
    logged = set()
    for app in ("mavis", "imports", "schoolmoves", "children", "pds"):
        for path in (ROOT / app).rglob("*.py"):
            logged |= set(
                re.findall(
                    r'\blog\.(?:info|warning|error|exception)\(\s*"([\w.]+)"',
                    path.read_text(),
                )
            )

    (table,) = re.findall(r"\| Event \| Says \|\n(.+?)\n\n", PAGE, re.DOTALL)
    named = {
        name
        for line in table.splitlines()
        for name in re.findall(r"`([\w.]+)`", line.split("|")[1])
    }
    assert named == logged


def test_every_command_and_page_that_it_names_exists():
    commands = set(re.findall(r"bin/mavis (\w+)", PAGE))
    linked = re.findall(r"\]\(([\w/.-]+)\)", PAGE)

    assert len(commands) > 4
    assert commands <= set(get_commands())
    assert linked
    assert all((ROOT / "docs" / name).exists() for name in linked)
