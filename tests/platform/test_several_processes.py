"""An import that goes through real processes: a web of two, a worker, and beat.

Whichever process is asked tells the same figures, and what they log are lines of JSON
with ids and without a word of the file.
"""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from imports.models import CohortImport
from imports.rules.lifecycle import Status
from mavis import rights
from mavis.embedded import processes, services
from tests.conftest import ROOT, database_url_of_tests
from tests.factories import SchoolFactory, TeamFactory, UserFactory
from tests.imports.test_nothing_is_left import FOUND, SAID, traces_in

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"LOG_FORMAT": "json", "METRICS_TOKEN": "a-token"}
# What differs from one moment to the next.
AGES = ("mavis_import_oldest_seconds", "mavis_beat_", "mavis_sweep_")


@pytest.fixture
def start(tmp_path):
    """Start a service as production does; returns it and its log."""
    started = []

    def start_service(command: tuple[str, ...], ready: Callable[[str], bool], **more):
        log = tmp_path / f"{len(started)}.log"
        with log.open("wb") as output:
            child = processes.start(
                [Path(sys.executable).with_name(command[0]), *command[1:]],
                environment={
                    **os.environ,
                    "DATABASE_URL": database_url_of_tests(),
                    **SETTINGS,
                    **more,
                },
                directory=ROOT,
                output=output,
            )
        started.append(child)
        processes.wait_until(
            lambda: ready(log.read_text()), child=child, name=command[0], log=log
        )
        return child, log

    yield start_service
    for child in started:
        processes.kill(child)


def one_child(school) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["CHILD_SCHOOL_URN", *SAID], lineterminator="\n")
    writer.writeheader()
    writer.writerow({"CHILD_SCHOOL_URN": school.urn, **SAID})
    return text.getvalue().encode()


def upload(web: httpx.Client, content: bytes) -> httpx.Response:
    page = "/imports/upload/child-records/"
    web.get(page)
    return web.post(
        page,
        files={"file": ("cohort.csv", content, "text/csv")},
        headers={"X-CSRFToken": web.cookies["csrftoken"]},
    )


def address_of_the_application() -> str:
    """Return the database's address for the role that owns no table."""
    scheme, _, rest = database_url_of_tests().partition("://")
    return f"{scheme}://{rights.ROLE}@{rest.rpartition('@')[2]}"


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def figures(address: str) -> list[str]:
    answer = httpx.get(
        f"{address}/metrics", headers={"Authorization": "Bearer a-token"}, timeout=20
    )
    assert answer.status_code == 200
    assert traces_in(answer.text) == []
    return [line for line in answer.text.splitlines() if not line.startswith(AGES)]


def test_every_process_tells_the_same_and_none_a_word_of_the_file(
    client, settings, pds_simulator, start, start_worker
):
    settings.PDS_REQUESTS_PER_SECOND = 1000  # the limiter is asked, and is in no hurry
    pds_simulator(
        {
            "NHS_NUMBER": FOUND,
            "FAMILY_NAME": "Quackenbush",
            "GIVEN_NAME": "Zephyrina",
            "DATE_OF_BIRTH": "2014-11-19",
            "POSTCODE": "LS7 9ZQ",
        }
    )
    team = TeamFactory()
    worker = start_worker(**SETTINGS)
    port = processes.free_port()
    address = f"http://127.0.0.1:{port}"
    gunicorn, web_log = start(
        services.WEB,
        lambda _: processes.answers(port),
        GUNICORN_CMD_ARGS=f"--bind=127.0.0.1:{port}",
    )
    _, beat_log = start(services.BEAT, lambda log: "beat: Starting" in log)
    client.force_login(UserFactory(team=team))

    with httpx.Client(
        base_url=address,
        cookies={"sessionid": client.cookies["sessionid"].value},
        timeout=20,
    ) as web:
        assert upload(web, one_child(SchoolFactory(team=team))).status_code == 302
        processes.wait_until(
            lambda: CohortImport.objects.get().status == Status.IN_REVIEW,
            child=worker.child,
            name="The import",
            log=worker.log,
        )
        web.get("/children/", params={"q": SAID["CHILD_LAST_NAME"]})

    one, other = children_of(gunicorn.pid)
    told = []
    for stopped in (one, other):
        os.kill(stopped, signal.SIGSTOP)
        told.append([figures(address) for _ in range(3)])
        os.kill(stopped, signal.SIGCONT)
    assert told[0] == [told[0][0]] * 3 == told[1]
    assert {
        'mavis_imports{status="in_review"} 1.0',
        'mavis_import_rows_total{stage="uploaded"} 1.0',
        'mavis_import_rows_total{stage="tracing"} 1.0',
        'mavis_import_rows_total{stage="matching"} 1.0',
        "mavis_import_lease_steals_total 0.0",
        "mavis_queue_messages 0.0",
    } <= set(told[0][0])

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": address_of_the_application(),
            "PDS_BASE_URL": settings.PDS_BASE_URL,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (
        "Nothing is wrong with this installation.\n",
        "",
    )
    assert done.returncode == 0

    logs = [log.read_text() for log in (web_log, worker.log, beat_log)]
    assert [traces_in(log) for log in logs] == [[], [], []]
    of_web, of_worker, _ = [
        [json.loads(line) for line in log.splitlines()] for log in logs
    ]
    uploaded = next(
        line for line in of_web if line.get("request", "").startswith("POST /imports/")
    )
    slices = [line for line in of_worker if line["event"] == "import.slice_done"]
    assert {line["import_id"] for line in slices} == {CohortImport.objects.get().pk}
    # What a request has queued has its id, and each task one of its own too.
    assert slices[0]["request_id"] == uploaded["request_id"]
    assert all(line["task_id"] for line in slices)
    assert [line["stage"] for line in slices] == ["uploaded", "tracing", "matching"]
