"""The simulator as a process: its line, its port, and connections it drops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from pds.simulator import named
from pds.simulator.app import BASE_PATH
from tests.pds.simulator.signing import (
    API_KEY,
    KEY_ID,
    assertion,
    claims,
    form,
    pem,
    private_key,
)

ROOT = Path(__file__).resolve().parents[3]
OLIVE = f"{BASE_PATH}/Patient/{named.ORDINARY.nhs_number}"


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "pds_simulator", *options],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start("--port", "0", "--admin", "--generate", "50", "--seed", "1") as process:
        assert process.stdout
        yield process.stdout.readline().strip().removeprefix("PDS simulator on ")
        process.terminate()


@pytest.fixture
def client(address) -> Iterator[httpx.Client]:
    headers = {"X-Request-ID": str(uuid4())}
    with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
        yield client
        client.delete("/admin/faults")


def test_it_says_where_it_is_when_it_can_answer(client):
    assert str(client.base_url).startswith("http://127.0.0.1:")
    assert client.get(OLIVE).json()["id"] == named.ORDINARY.nhs_number
    assert f"It knows {50 + len(named.NAMED)} people" in client.get("/").text


def test_a_connection_can_be_dropped_before_the_answer(client):
    client.post("/admin/faults", json={"kind": "dropped", "calls": 1})

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(OLIVE)

    assert client.get(OLIVE).status_code == 200
    dropped, _ = client.get("/admin/journal").json()[-2:]
    assert (dropped["status"], dropped["fault"]) == (0, "dropped")


def test_a_connection_can_be_dropped_in_the_middle_of_the_answer(client):
    client.post("/admin/faults", json={"kind": "dropped_in_body", "calls": 1})

    with client.stream("GET", OLIVE) as response:
        assert response.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()

    assert client.get(OLIVE).status_code == 200


def test_an_answer_can_be_slow(client):
    client.post("/admin/faults", json={"kind": "slow", "calls": 1, "seconds": 5})

    with pytest.raises(httpx.ReadTimeout):
        client.get(OLIVE, timeout=0.1)


def test_it_stops_without_a_word_when_it_is_interrupted():
    with start() as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate() == ("", "")

    assert process.returncode == 0


def test_it_verifies_what_is_signed_with_the_key_it_was_given(tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(pem(private_key()))
    options = ("--public-key", str(key), "--key-id", KEY_ID, "--api-key", API_KEY)
    with start(*options) as process:
        assert process.stdout
        address = process.stdout.readline().strip().removeprefix("PDS simulator on ")
        token_url = f"{address}/oauth2/token"
        sent = form(assertion(claims(time.time(), token_url)))
        with httpx.Client(base_url=address, trust_env=False) as client:
            given = client.post("/oauth2/token", data=sent)
            again = client.post("/oauth2/token", data=sent)
            headers = {"X-Request-ID": str(uuid4())}
            without = client.get(OLIVE, headers=headers)
            headers["Authorization"] = f"Bearer {given.json()['access_token']}"
            answer = client.get(OLIVE, headers=headers)
        process.terminate()

    assert [r.status_code for r in (given, again, without, answer)] == [
        200, 400, 401, 200,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--api-key", "a", "--jwks", "README.md"), "cannot be read as a set of RSA"),
        (("--jwks", "README.md"), "--api-key"),
        (("--api-key", "a", "--public-key", "README.md"), "--key-id together"),
        (("--people", "package.jsonl"), "No such file"),
        (("--people", "/nowhere/people.csv"), "No such file"),
        (("--people", "README.md"), "has no column NHS_NUMBER"),
        (("--generate", "800000"), "people at most"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(options, says):
    with start(*options) as process:
        said, complaint = process.communicate()

    assert process.returncode == 1
    assert says in complaint
    assert "Traceback" not in complaint
    assert said == ""
