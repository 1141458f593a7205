"""How good tracing is, on a small cohort whose truth is known."""

import pytest

from mavis.trials.tracing import Measure, Traced, by_label, calls_by_row
from pds.simulator.labels import Label

TWIN, SLIP = Label.TWIN, Label.TYPING_SLIP


def test_precision_is_of_the_numbers_and_recall_of_the_children():
    rows = [
        Traced(SLIP, truth="1", nhs_number="1", calls=1),
        Traced(SLIP, truth="2", nhs_number="", calls=5),
        Traced(SLIP, truth="3", nhs_number="9", calls=2),
        Traced(SLIP, truth="", nhs_number="8", calls=4),
        Traced(SLIP, truth="", nhs_number="", calls=5),
    ]

    measure = Measure.of(rows)

    assert (measure.on_pds, measure.right, measure.wrong) == (3, 1, 2)
    assert measure.precision == pytest.approx(1 / 3)
    assert measure.recall == pytest.approx(1 / 3)
    assert measure.calls_per_row == pytest.approx(17 / 5)


def test_there_is_no_precision_without_a_number_nor_recall_without_a_child():
    measure = by_label([Traced(TWIN, truth="", nhs_number="", calls=5)])[TWIN]

    assert (measure.precision, measure.recall) == (None, None)


def test_requests_are_counted_by_the_row_in_their_correlation_id():
    ids = ["import-1-row-2", "import-1-row-14", "import-1-row-2"]

    assert calls_by_row({"correlation_id": each} for each in ids) == {2: 2, 14: 1}


@pytest.mark.django_db(transaction=True)
def test_twins_and_namesakes_never_get_anothers_number(run_command):
    done = run_command("trace_quality", "--rows", "250", "--people", "20000")

    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    wrong = {
        label: int(line[len("nothing wrong, half numbers") :].split()[3])
        for line in lines
        for label in Label
        if line.startswith(f"{label:27}")
    }
    assert wrong.keys() == set(Label)
    assert wrong[Label.AS_HELD] == wrong[Label.TWINS_WITH_SWAPPED_NUMBERS] == 0
    assert wrong[Label.TWIN_NOT_ON_PDS] == wrong[Label.NAMESAKE_IN_NEW_AREA] == 0
    assert lines[-1].startswith("nothing wrong, half numbers")
    assert float(lines[-1].split()[-1]) <= 1.3
