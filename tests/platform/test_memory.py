"""A worker gives back the memory of a large file."""

import subprocess
import sys

import pytest

# Something small is put after the second of two large blocks, and stays.
PROGRAM = """
from mavis.memory import give_back_large_blocks
{call}
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
block = bytes(range(256)) * 80_000
del block
block = bytes(range(256)) * 80_000
small = [bytes(600) for _ in range(10_000)]
before = resident()
del block
print(before - resident())
"""


@pytest.mark.parametrize(
    ("call", "is_given_back"), [("give_back_large_blocks()", True), ("", False)]
)
def test_a_large_block_goes_back_to_the_system_when_it_is_freed(call, is_given_back):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(call=call)],
        capture_output=True,
        check=True,
        text=True,
    )

    assert (int(ran.stdout) > 19_000_000) is is_given_back
