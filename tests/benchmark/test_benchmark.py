"""What the benchmark measures is what it says: the rows, the children, the figures."""

import json
import sys
from subprocess import PIPE, Popen

import pytest

from mavis.benchmark import people
from mavis.benchmark.figures import Figure, last_release, ratio, told
from mavis.benchmark.people import Kind
from mavis.benchmark.servers import Memory
from mavis.benchmark.size import Size

SIZE = Size(rows=40, children=400, seed=1, runs=1, with_peer=False, seconds=1)


def test_the_same_seed_makes_the_same_children_and_rows():
    few, many = people.first(50, seed=3), people.first(200, seed=3)

    assert many[:50] == few
    assert people.first(50, seed=4) != few
    assert people.cohort(many, 100, seed=3) == people.cohort(many, 100, seed=3)


def test_rows_are_of_every_kind_and_no_number_is_given_twice():
    rows = people.cohort(people.first(2000, seed=1), 2000, seed=1)
    numbers = [row.traced for row in rows if row.traced]

    assert {row.kind for row in rows} == set(Kind)
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") for number in numbers)


def test_a_figure_is_the_median_of_its_runs_and_a_ratio_that_of_each_pair():
    ours, theirs = Figure("ours", [2, 1, 4]), Figure("theirs", [4, 4, 4])

    assert ours.median == 2
    assert ratio("times", theirs, ours).values == [2, 4, 1]


def test_the_figures_of_the_last_release_stand_beside_those_of_today(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("| What | Median |\n|---|---|\n| import: total | 7.50 |\n")

    lines = told([Figure("import: total", [6.0])], last_release(page))

    assert lines == ["import: total      6.00   6.00 to 6.00   last release 7.50"]
    assert last_release(tmp_path / "none.md") == {}


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure("page", [0.1, 0.3, 0.9], at_most=0.3), "at most 0.3: met"),
        (Figure("page", [0.31], at_most=0.3), "at most 0.3: not met"),
        (Figure("rate", [47.5], at_least=47.5), "at least 47.5: met"),
        (Figure("rate", [47.4], at_least=47.5), "at least 47.5: not met"),
        (Figure("too close", [0], at_most=0), "at most 0: met"),
    ],
)
def test_a_figure_is_held_against_what_is_wanted_of_it_by_its_median(figure, said):
    assert told([figure], {})[0].endswith(f"   {said}")


def test_two_files_for_two_imports_at_once_are_about_different_children():
    one, other = SIZE.two_files(40)

    assert not {row.pupil for row in one} & {row.pupil for row in other}
    assert not {row.traced for row in one if row.traced} & {row.traced for row in other}


HOLDS_FIFTY_MEGABYTES = "input(); held = b'x' * 50_000_000; print(); input()"


def test_memory_is_what_a_process_group_has_more_than_at_the_beginning():
    with Popen(
        [sys.executable, "-c", HOLDS_FIFTY_MEGABYTES],
        stdin=PIPE,
        stdout=PIPE,
        process_group=0,
    ) as child:
        with Memory(child.pid) as memory:
            child.stdin.write(b"\n")
            child.stdin.flush()
            child.stdout.readline()
        child.kill()

    assert 45 < memory.added < 60


@pytest.mark.django_db(transaction=True)
def test_the_command_imports_a_file_and_puts_the_same_rows_to_the_floor(
    run_command, tmp_path
):
    file = tmp_path / "figures.json"

    done = run_command(
        *("benchmark", "--only", "import", "--without-peer", "--runs", "1"),
        *("--rows", "60", "--children", "120", "--json", str(file)),
    )

    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text())
    measured = written["measured"]
    assert written["met"].keys() == {"60 rows, 120 children: times the floor"}
    assert {name.rpartition(": ")[2] for name in measured} == {
        "read", "match", "commit", "total", "floor", "times the floor",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--rows", "20", "--children", "10"),
            (
                "Give at least one run, at most 10,000 rows, and no more rows than a tenth "
                "of the children."
            ),
        ),
        (
            ("--only", "pages,prayers"),
            (
                "There is no measurement prayers: there are import, scale, pages, upload, "
                "memory, side-by-side, pacing."
            ),
        ),
        (
            ("--only", "scale,memory", "--rows", "50", "--children", "1000"),
            "memory wants more than 50 rows.",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(run_command, options, said):
    done = run_command("benchmark", *options)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{said}\n"
