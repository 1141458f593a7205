"""What the benchmark measures is what it says: the rows, the children, the figures."""

import json

import pytest

from mavis.benchmark import people
from mavis.benchmark.figures import Figure, last_release, ratio, told
from mavis.benchmark.people import Kind


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


@pytest.mark.django_db(transaction=True)
def test_the_command_imports_a_file_and_puts_the_same_rows_to_the_floor(
    run_command, tmp_path
):
    file = tmp_path / "figures.json"

    done = run_command(
        *("benchmark", "--without-peer", "--runs", "1"),
        *("--rows", "60", "--children", "120", "--json", str(file)),
    )

    assert done.returncode == 0, done.stderr
    measured = json.loads(file.read_text())["measured"]
    assert {name.rpartition(": ")[2] for name in measured} == {
        "read", "match", "commit", "total", "floor", "times the floor",
    }  # fmt: skip


def test_more_rows_than_children_cannot_be_measured(run_command):
    done = run_command("benchmark", "--rows", "20", "--children", "10")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Give at least one run, and no more rows than children.\n"
