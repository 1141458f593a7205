"""docs/reliability.md says of every fault that is made what was done and what held."""

from tests.faults import table


def test_every_fault_test_has_its_line_in_the_table():
    assert list(table.written()) == table.lines()


def test_every_line_of_the_table_says_how_often_it_was_done():
    assert all(times[:1].isdigit() for times in table.written().values())
