"""What is set to sign in by NHS CIS2 is checked when Mavis starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mavis.cis2_access import Unusable, read_access
from tests.platform.test_pds_access import pem, rsa_key

ALWAYS = {
    "CIS2_ISSUER": "https://cis2.example.com/oidc",
    "CIS2_CLIENT_ID": "mavis",
    "CIS2_ACR": "AAL3_ANY",
}


def by_secret(**changed):
    return {**ALWAYS, "CIS2_CLIENT_SECRET": "a secret", **changed}


def by_key(**changed):
    key = {"CIS2_PRIVATE_KEY": pem(rsa_key()), "CIS2_KEY_ID": "mavis-1"}
    return {**ALWAYS, **key, **changed}


def test_mavis_proves_who_it_is_by_a_secret_or_by_a_key(tmp_path):
    file = tmp_path / "key.pem"
    file.write_text(pem(rsa_key()))

    assert read_access(by_secret()).secret == "a secret"
    assert read_access(by_key()).key_id == "mavis-1"
    in_a_file = by_key(CIS2_PRIVATE_KEY="", CIS2_PRIVATE_KEY_FILE=str(file))
    assert read_access(in_a_file).private_key is not None
    assert read_access({}) is None


def test_nothing_secret_is_shown():
    shown = repr(read_access(by_secret())) + repr(read_access(by_key()))

    assert "a secret" not in shown
    assert "RSA" not in shown


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (by_secret(CIS2_ISSUER=""), "Set CIS2_ISSUER too"),
        (by_secret(CIS2_CLIENT_ID="", CIS2_ACR=""), "CIS2_CLIENT_ID and CIS2_ACR too"),
        (ALWAYS, "Set CIS2_PRIVATE_KEY and CIS2_KEY_ID, or CIS2_CLIENT_SECRET"),
        (by_key(CIS2_CLIENT_SECRET="a secret"), "Unset CIS2_CLIENT_SECRET, or"),
        (by_key(CIS2_KEY_ID=""), "Set CIS2_KEY_ID too"),
        (by_key(CIS2_PRIVATE_KEY=""), "Set CIS2_PRIVATE_KEY too"),
        (by_key(CIS2_PRIVATE_KEY="rubbish"), "CIS2_PRIVATE_KEY cannot be read"),
        (by_key(CIS2_PRIVATE_KEY=pem(rsa_key(1024))), "of 2048 bits"),
        (by_secret(CIS2_ISSUER="http://cis2.example.com"), "begins with https://"),
        (by_secret(CIS2_ISSUER="cis2.example.com"), "begins with https://"),
        (by_secret(CIS2_ACR="AAL1_USERPASS"), "Set CIS2_ACR to AAL3_ANY"),
        (by_secret(CIS2_ACR="strong"), "Set CIS2_ACR to AAL3_ANY"),
    ],
)
def test_whoever_runs_mavis_is_told_what_to_set(environment, said):
    with pytest.raises(Unusable, match=said) as wrong:
        read_access(environment)

    assert "BEGIN" not in str(wrong.value)


def test_only_when_developing_may_nhs_cis2_be_asked_without_https():
    issuer = "http://127.0.0.1:9000"

    assert read_access(by_secret(CIS2_ISSUER=issuer), development=True).issuer == issuer


def test_mavis_does_not_start_with_half_of_it():
    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "CIS2_CLIENT_ID": "mavis"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "Set CIS2_ISSUER and CIS2_ACR too" in started.stderr
