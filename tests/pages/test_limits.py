"""What is sent in too large pieces, or too often, and what every page forbids."""

import os
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mavis.rules.allowances import Allowance
from tests.factories import UserFactory
from tests.pages.shown import Shown

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
UPLOAD = "/imports/upload/child-records/"
MEGABYTE = 1024 * 1024
MULTIPART = "multipart/form-data; boundary=x"


@pytest.fixture
def nurse(client):
    nurse = UserFactory()
    client.force_login(nurse)
    return nurse


def a_file(name="a.csv"):
    return SimpleUploadedFile(name, b"nothing")


class Unread:
    """A body that fails whoever reads it."""

    def read(self, *_size):
        raise AssertionError("it was read")

    readline = read


def send_unread(client, path, megabytes):
    request = {
        "wsgi.input": Unread(),
        "CONTENT_TYPE": MULTIPART,
        "CONTENT_LENGTH": str(megabytes * MEGABYTE),
    }
    return Shown(client, client.generic("POST", path, **request))


@pytest.mark.parametrize(
    ("path", "megabytes"), [(UPLOAD, 201), ("/sign-in/", 3), ("/children/", 3)]
)
def test_what_is_far_too_large_is_not_read(client, nurse, path, megabytes):
    page = send_unread(client, path, megabytes)

    assert (page.status, page.title) == (413, "This is too large")
    assert "up to 50 MB" in page.text


def test_a_file_of_somebody_who_is_not_signed_in_is_not_read(client):
    assert send_unread(client, UPLOAD, 40).status == 413


def test_half_a_file_is_not_taken_for_the_whole_of_it(client, nurse):
    content = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        b"CHILD_FIRST_NAME\r\n"
    )
    request = {
        "wsgi.input": BytesIO(content),
        "CONTENT_TYPE": MULTIPART,
        "CONTENT_LENGTH": str(len(content) + 1),
    }
    answer = client.generic("POST", UPLOAD, **request)

    assert answer.status_code == 400
    assert "It broke off before its end" in answer.content.decode()


def test_a_form_without_a_file_is_read_whole_too(client, nurse):
    answer = client.post(
        "/session/stay/", "next=/children/", "application/x-www-form-urlencoded"
    )

    assert answer.headers["Location"] == "/children/"


def test_one_file_is_taken_at_a_time(client, nurse):
    answer = client.post(UPLOAD, {"file": a_file(), "other": a_file("b.csv")})

    assert answer.status_code == 400
    assert "Upload one at a time" in answer.content.decode()


def test_too_many_fields_are_answered(client, nurse):
    answer = client.post("/children/", {f"field{number}": "" for number in range(1001)})

    assert answer.status_code == 400
    assert "It had more fields" in answer.content.decode()


@pytest.mark.parametrize("whose", ["UPLOADS_BY_USER", "UPLOADS_BY_TEAM"])
def test_uploads_are_taken_only_so_often(client, nurse, settings, whose):
    setattr(settings, whose, Allowance(2, timedelta(minutes=1)))
    for _ in range(2):
        assert client.post(UPLOAD, {"file": a_file()}).status_code == 422

    page = Shown(client, client.post(UPLOAD, {"file": a_file()}))

    assert (page.status, page.title) == (429, "Too many requests")
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert client.get(UPLOAD).status_code == 200


def test_the_admin_site_is_not_exposed(client, nurse):
    assert client.get("/admin/").status_code == 404


def test_every_page_says_what_a_browser_may_not_do(client, nurse):
    headers = client.get("/").headers

    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_djangos_own_check_of_a_deployment_finds_nothing():
    production = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "k8f3-" * 12,
        "FILE_KEYS": os.environ["FILE_KEYS"],
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "PDS_BASE_URL": "https://pds.example.com",
        "ALLOWED_HOSTS": "mavis.example.com",
        "CIS2_ISSUER": "https://cis2.example.com",
        "CIS2_CLIENT_ID": "mavis",
        "CIS2_ACR": "AAL3_ANY",
        "CIS2_CLIENT_SECRET": "a secret",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=INFO"],
        cwd=ROOT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout
