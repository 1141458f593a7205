"""What is set to prove to PDS who we are is checked when Mavis starts."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from mavis.pds_access import Unusable, read_access

SIMULATOR = "http://127.0.0.1:1/personal-demographics/FHIR/R4"
NATIONAL = "https://api.service.nhs.uk/personal-demographics/FHIR/R4"


@cache
def rsa_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem(key, encryption=None):
    encryption = encryption or NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def environment(**changed):
    return {
        "PDS_API_KEY": "an-api-key",
        "PDS_KEY_ID": "test-1",
        "PDS_PRIVATE_KEY": pem(rsa_key()),
        "PDS_TOKEN_URL": "https://api.service.nhs.uk/oauth2/token",
        **changed,
    }


def test_everything_or_nothing_is_set():
    access = read_access(environment(), base_url=NATIONAL)

    assert (access.api_key, access.key_id) == ("an-api-key", "test-1")
    assert read_access({}, base_url=SIMULATOR) is None


def test_the_key_may_stand_on_one_line_or_in_a_file(tmp_path):
    on_one_line = pem(rsa_key()).replace("\n", "\\n")
    file = tmp_path / "key.pem"
    file.write_text(pem(rsa_key()))

    numbers = {
        read_access(each, base_url=NATIONAL).private_key.private_numbers()
        for each in (
            environment(PDS_PRIVATE_KEY=on_one_line),
            environment(PDS_PRIVATE_KEY="", PDS_PRIVATE_KEY_FILE=str(file)),
        )
    }
    assert numbers == {rsa_key().private_numbers()}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PDS_API_KEY": ""}, "Set PDS_API_KEY too"),
        ({"PDS_KEY_ID": "", "PDS_TOKEN_URL": ""}, "Set PDS_KEY_ID and PDS_TOKEN_URL"),
        ({"PDS_PRIVATE_KEY": "rubbish"}, "PDS_PRIVATE_KEY cannot be read"),
        (
            {"PDS_PRIVATE_KEY": pem(rsa_key(), BestAvailableEncryption(b"secret"))},
            "without a passphrase",
        ),
        ({"PDS_PRIVATE_KEY": pem(rsa_key(1024))}, "of 2048 bits"),
        (
            {"PDS_PRIVATE_KEY": pem(ec.generate_private_key(ec.SECP256R1()))},
            "RSA keys alone",
        ),
        ({"PDS_PRIVATE_KEY_FILE": "/nowhere"}, "PDS_PRIVATE_KEY_FILE cannot be read"),
        ({"PDS_TOKEN_URL": "api.service.nhs.uk"}, "begins with https://"),
    ],
)
def test_whoever_runs_mavis_is_told_what_to_set(changed, said):
    with pytest.raises(Unusable, match=said) as wrong:
        read_access(environment(**changed), base_url=SIMULATOR)

    assert "BEGIN" not in str(wrong.value)


def test_the_national_service_is_not_asked_by_nobody():
    with pytest.raises(Unusable, match="the PDS of PDS_BASE_URL needs them"):
        read_access({}, base_url=NATIONAL)


def test_mavis_does_not_start_with_half_of_it():
    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PDS_API_KEY": "an-api-key"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "Set PDS_KEY_ID and PDS_PRIVATE_KEY and PDS_TOKEN_URL" in started.stderr
