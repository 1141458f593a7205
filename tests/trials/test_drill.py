"""An import comes to the same whatever PDS does meanwhile."""

import pytest


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_faults_an_outage_a_storm_and_a_killed_worker_change_no_row(run_command):
    done = run_command(
        *("fault_drill", "--rows", "400", "--rate", "40"),
        *("--outage", "8", "--storm", "4", "--brief"),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The same, row for row." in done.stdout
    assert "the worker is killed" in done.stdout
    assert "faults struck" in done.stdout
