"""Rotating keys: afterwards the old one reads nothing, and the new one everything."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command

from imports import files, rotating
from imports.models import ImportFileChunk
from pds.models import Answer
from tests.factories import NOW, CohortImportFactory

pytestmark = pytest.mark.django_db

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
CONTENT = b"CHILD_FIRST_NAME\nAmara\n"


def a_file(settings, keys, content=CONTENT):
    settings.FILE_KEYS = keys
    cohort_import = CohortImportFactory()
    return files.store(
        cohort_import,
        name="cohort.csv",
        file_format="csv",
        sha256=f"{cohort_import.pk:064}",
        content=content,
    )


def an_answer(key, name):
    return Answer.objects.create(
        key=name.ljust(32).encode(), body=Fernet(key).encrypt(b"{}"), at=NOW
    )


def tokens():
    chunks = ImportFileChunk.objects.values_list("data", flat=True)
    answers = Answer.objects.values_list("body", flat=True)
    return [bytes(token) for token in [*chunks, *answers]]


def rotate(settings, capsys, *keys):
    settings.FILE_KEYS = list(keys)
    call_command("rotate_keys")
    return capsys.readouterr().out


def test_afterwards_the_old_key_reads_nothing_and_the_new_key_everything(
    settings, capsys, monkeypatch
):
    monkeypatch.setattr(rotating, "AT_A_TIME", 2)
    monkeypatch.setattr(files, "CHUNK_BYTES", 4)
    stored = [a_file(settings, [OLD]) for _ in range(2)]
    an_answer(OLD, "an answer")

    told = rotate(settings, capsys, NEW, OLD)

    assert told == (
        "Encrypted 13 pieces anew with the newest key; 0 pieces had it already, so the "
        "older keys can be taken away.\n"
    )
    settings.FILE_KEYS = [NEW]
    assert [files.content_of(file) for file in stored] == [CONTENT, CONTENT]
    for token in tokens():
        Fernet(NEW).decrypt(token)
        with pytest.raises(InvalidToken):
            Fernet(OLD).decrypt(token)


def test_what_was_interrupted_goes_on_where_it_was(settings, capsys):
    a_file(settings, [NEW, OLD])
    a_file(settings, [OLD])
    before = {
        pk: bytes(data)
        for pk, data in ImportFileChunk.objects.values_list("pk", "data")
    }

    told = rotate(settings, capsys, NEW, OLD)

    after = {
        pk: bytes(data)
        for pk, data in ImportFileChunk.objects.values_list("pk", "data")
    }
    assert "1 piece anew" in told
    assert "1 piece had it already" in told
    assert [before[pk] == after[pk] for pk in sorted(before)] == [True, False]


def test_what_no_key_reads_is_reported_and_the_rest_is_rotated(settings, capsys):
    lost = a_file(settings, [LOST])
    a_file(settings, [OLD])
    an_answer(LOST, "an answer")

    with pytest.raises(CommandError) as refused:
        rotate(settings, capsys, NEW, OLD)

    assert f"uploads: {lost.cohort_import_id}." in str(refused.value)
    assert "1 PDS answer " in str(refused.value)
    assert "can be taken away" not in str(refused.value)
    settings.FILE_KEYS = [NEW]
    assert sum(readable(token) for token in tokens()) == 1


def readable(token):
    try:
        Fernet(NEW).decrypt(token)
    except InvalidToken:
        return False
    return True
