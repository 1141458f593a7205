"""How often faults are made, what is written down of it, and where they happen."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.management import call_command

from mavis.embedded import postgres
from mavis.embedded.folder import Folder
from tests.faults import table
from tests.faults.place import ON_THIS_MACHINE, Place, looking_into, opened


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", type=int, default=20, help="how many random moments of each stage"
    )
    parser.addoption(
        "--write-table", action="store_true", help="write the table of reliability.md"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.write_table and not hasattr(config, "workerinput"):
        config.pluginmanager.register(WritesTable())


class WritesTable:
    """Gathers what was done from all processes, and writes it when all has held.

    Tests that were not run keep the line that they have.
    """

    def __init__(self) -> None:
        self.times: dict[table.Line, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            said = dict(report.user_properties)
            counted = [what for name, what in report.user_properties if name == "did"]
            self.times[table.Line(*said["fault"])].update(counted or [""])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        times = table.written() | {
            line: in_words(counted) for line, counted in self.times.items()
        }
        if session.testsfailed == 0:
            table.write({line: times[line] for line in table.lines() if line in times})


def in_words(times: Counter[str]) -> str:
    """Return how often something was done; in which ways, if they were named."""
    return ", ".join(f"{many} {way}".strip() for way, many in times.items())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, metafunc.config.option.seeds + 1))


@pytest.fixture(autouse=True)
def said(request: pytest.FixtureRequest) -> None:
    line = table.line_of(request.node.name, request.node.iter_markers())
    request.node.user_properties.append(("fault", [line.done, line.held]))


@pytest.fixture
def did(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Count what a test has done, when it has done it: did("while reading")."""

    def count(what: str) -> None:
        request.node.user_properties.append(("did", what))

    return count


@pytest.fixture(scope="session")
def migrated(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: object
) -> Path:
    """Return the data of a PostgreSQL that has the tables, and has ended."""
    folder = Folder.at(tmp_path_factory.mktemp("migrated"))
    with folder.sockets() as sockets:
        server = postgres.start(
            folder.postgres,
            sockets=sockets,
            log=folder.log("postgres"),
            options=ON_THIS_MACHINE,
        )
        try:
            with django_db_blocker.unblock(), looking_into(server.url):  # type: ignore[attr-defined]
                call_command("migrate", verbosity=0, skip_checks=True)
        finally:
            server.stop()
    return folder.postgres


@pytest.fixture
def open_place(
    migrated: Path, tmp_path: Path, django_db_blocker: object
) -> Iterator[Callable[..., Place]]:
    """Open a place; keyword arguments are those of Place."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())  # type: ignore[attr-defined]

        def open_it(**changes: object) -> Place:
            return stack.enter_context(opened(tmp_path / "place", migrated, **changes))

        yield open_it


@pytest.fixture
def place(open_place: Callable[..., Place]) -> Place:
    return open_place()
