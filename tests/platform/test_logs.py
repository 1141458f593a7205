"""Lines of the log: one JSON object each, with ids, and nothing of a child."""

import io
import json
import logging

import pytest
import structlog
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.test import RequestFactory
from django_structlog.celery.receivers import CeleryReceiver
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bound_contextvars

from mavis import logs

SECRET = "Key (nhs_number)=(9990000018) already exists"


class Lines:
    """What has been logged meanwhile, as it is written in production."""

    def __init__(self) -> None:
        self.text = io.StringIO()

    def read(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]


@pytest.fixture
def lines():
    written = Lines()
    handler = logging.StreamHandler(written.text)
    handler.setFormatter(logs.formatter(as_json=True))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def fail(*_: object) -> None:
    raise ValueError(SECRET)


def test_our_lines_and_a_library_s_have_one_shape(lines):
    with bound_contextvars(request_id="r", task_id="t", import_id=7):
        structlog.get_logger("ours").info("import.begun", rows=2)
        logging.getLogger("a.library").warning("%s of\nseveral lines", "Something")

    ours, library = lines.read()
    ids = {"request_id": "r", "task_id": "t", "import_id": 7}
    assert ours.pop("timestamp")
    assert library.pop("timestamp")
    assert ours == {
        "event": "import.begun", "logger": "ours", "level": "info", "rows": 2, **ids,
    }  # fmt: skip
    assert library == {
        "event": "Something of\nseveral lines", "logger": "a.library",
        "level": "warning", **ids,
    }  # fmt: skip


@pytest.mark.parametrize(
    "log",
    [
        lambda: structlog.get_logger("ours").exception("failed"),
        lambda: logging.getLogger("django.request").exception("failed"),
        lambda: logging.getLogger("gunicorn.other").exception("failed"),
    ],
)
def test_an_exception_is_told_by_its_kind_and_place(lines, log):
    try:
        fail()
    except ValueError:
        log()

    (line,) = lines.read()
    assert line["fault"] == "ValueError"
    assert "in fail" in str(line["where"])
    assert "9990000018" not in lines.text.getvalue()


def test_a_task_that_failed_is_told_without_what_its_fault_says(lines):
    fault = ValueError(SECRET)

    CeleryReceiver().receiver_task_failure(task_id="t", exception=fault)

    (line,) = lines.read()
    assert line["event"] == "task_failed"
    assert line["task_id"] == "t"
    assert "9990000018" not in lines.text.getvalue()


def test_a_request_is_told_with_its_id_and_without_its_query_or_browser(lines, client):
    client.get("/sign-out/?q=Ama", headers={"user-agent": "Ama's"})

    finished = [line for line in lines.read() if line["event"] == "request_finished"]
    assert [line["request"] for line in finished] == ["GET /sign-out/"]
    assert finished[0]["request_id"]
    assert "Ama" not in lines.text.getvalue()


def test_an_id_that_was_sent_to_us_is_not_taken_for_one_of_ours(lines, client):
    client.get("/sign-out/", headers={"x-request-id": "Ama", "x-correlation-id": "Ama"})

    assert lines.read()
    assert "Ama" not in lines.text.getvalue()


def test_a_request_that_failed_is_told_without_what_its_fault_says(lines):
    request = RequestFactory().get("/children/", {"q": "Ama"})

    def view(request: HttpRequest) -> None:
        try:
            fail()
        except ValueError:
            got_request_exception.send(sender=None, request=request)

    RequestMiddleware(view)(request)  # type: ignore[arg-type]

    failed = [line for line in lines.read() if line["event"] == "request_failed"]
    assert failed
    assert failed[0]["fault"] == "ValueError"
    assert failed[0]["request"] == "GET /children/"
    assert "9990000018" not in lines.text.getvalue()
    assert "Ama" not in lines.text.getvalue()


@pytest.mark.parametrize(
    ("logger", "told"),
    [("mavis.sign_in.cis2_views", "wrong_audience"), ("django_structlog.celery", None)],
)
def test_the_reason_is_told_of_a_line_of_ours_and_not_of_a_library_s(
    lines, logger, told
):
    structlog.get_logger(logger).warning("refused", reason="wrong_audience")

    assert lines.read()[0].get("reason") == told


def test_a_sentence_of_a_library_loses_its_query_string(lines):
    logging.getLogger("gunicorn.other").error("Error handling request /x?q=Ama")

    assert lines.read()[0]["event"] == "Error handling request /x"
