"""The Valkey of bin/up and bin/test, which must never stay behind."""

import shutil

import redis

from mavis.embedded import valkey


def test_it_keeps_what_it_was_told_and_ends_even_when_its_folder_is_gone(tmp_path):
    data, log = tmp_path / "valkey", tmp_path / "valkey.log"
    first = valkey.start(data, log=log)
    with redis.from_url(first.url) as session:
        session.set("mavis", "kept")
    first.stop()

    second = valkey.start(data, log=log)
    with redis.from_url(second.url) as session:
        assert session.get("mavis") == b"kept"
        session.set("mavis", "changed")
    shutil.rmtree(data)
    second.child.terminate()

    assert second.child.wait(timeout=20) == 0
