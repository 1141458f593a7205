"""Starts PostgreSQL and Valkey before Django reads its settings.

bin/test loads this with `-p tests.servers`. Under xdist the first process starts
them and the others inherit where they are. DATABASE_URL or REDIS_URL, when set, is
used instead.
"""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from mavis.embedded import postgres, valkey
from mavis.embedded.folder import Folder

SETTINGS = {
    "MAVIS_DEVELOPMENT": "1",
    "SECRET_KEY": "a key for tests only",
    "FILE_KEYS": "bm90IGEgc2VjcmV0OiBhIGtleSBmb3IgdGVzdHMgISE=",
    # Nobody answers there: a test that needs PDS starts a simulator.
    "PDS_BASE_URL": "http://127.0.0.1:1",
    "PDS_REQUESTS_PER_SECOND": "0",
    # The live server finds files where they are, not in what was built.
    "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
}

_until_the_end = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _start_servers()
    else:
        # A database of Valkey for each process: gw0 takes 1, gw1 takes 2.
        server = os.environ["REDIS_URL"].rpartition("/")[0]
        os.environ["REDIS_URL"] = f"{server}/{int(worker.removeprefix('gw')) + 1}"


def pytest_unconfigure() -> None:
    _until_the_end.close()


def _start_servers() -> None:
    scratch = _until_the_end.enter_context(
        tempfile.TemporaryDirectory(prefix="mavis-tests-")
    )
    folder = Folder.at(Path(scratch))
    if "DATABASE_URL" not in os.environ:
        server = postgres.start(
            folder.postgres,
            sockets=_until_the_end.enter_context(folder.sockets()),
            log=folder.log("postgres"),
            options=postgres.FORGETFUL,
        )
        _until_the_end.callback(server.stop)
        os.environ["DATABASE_URL"] = server.url
    if "REDIS_URL" not in os.environ:
        cache = valkey.start(folder.valkey, log=folder.log("valkey"))
        _until_the_end.callback(cache.stop)
        os.environ["REDIS_URL"] = cache.url
