"""What a machine can hold the whole tree to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.indexes import PostgresIndex
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(sys.executable).parent

# Written in two halves, so that this file is not found by what it looks for.
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    program, *arguments = words
    return subprocess.run(
        [str(PROGRAMS / program), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("ruff", "check", "."), id="lint"),
        pytest.param(("ruff", "format", "--check", "."), id="format"),
        pytest.param(("mypy", "."), id="types"),
        pytest.param(("lint-imports", "--no-cache"), id="layers"),
    ],
)
def test_the_tree_is_clean(words):
    done = run(*words)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say(run_command):
    done = run_command("makemigrations", "--check", "--dry-run")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_indexes_are_set_as_the_models_say():
    wanted = {
        index.name: {told.replace(" ", "") for told in index.get_with_params()}
        for model in apps.get_models()
        for index in model._meta.indexes
        if isinstance(index, PostgresIndex)
    }
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT relname, reloptions FROM pg_class WHERE relname = ANY(%s)",
            [list(wanted)],
        )
        found = {name: set(options or ()) for name, options in cursor}

    assert any(wanted.values())
    assert found == wanted


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_package_registry():
    named = [
        f"{path.relative_to(ROOT)}: {registry}"
        for path in tracked_files()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    ]

    assert named == []


def test_no_python_file_of_the_product_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked_files()
        if path.suffix == ".py" and not {"migrations", "tests"} & set(path.parts)
        if (lines := len(path.read_text().splitlines())) > 400
    }

    assert long == {}


def test_every_installed_package_is_locked_with_its_hash():
    locked = (ROOT / "requirements.lock").read_text()
    packages = re.findall(r"^[a-z0-9.\[\]_-]+==\S+", locked, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", locked, flags=re.MULTILINE)[1:]

    assert len(packages) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)
