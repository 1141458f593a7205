"""An import beside the same one by django-import-export, and what the database takes."""

from mavis.benchmark import database, size
from mavis.benchmark.figures import Figure, ratio
from mavis.benchmark.run import run
from mavis.benchmark.size import Size

MOST_TIMES_THE_FLOOR = 4
LEAST_TIMES_FASTER = 30


def measure(of: Size) -> list[Figure]:
    """Import one file several times, each time beside the others.

    :raises ModuleNotFoundError: the peer is not installed
    """
    file = of.file(of.rows)
    name = size.of(of.rows, of.children)
    with database.base(of.children, seed=of.seed) as base:
        done = [run(base, file, with_peer=of.with_peer) for _ in range(of.runs)]
    ours = Figure(f"{name}: total", [one.ours.total for one in done])
    least = Figure(f"{name}: floor", [one.floor for one in done])
    figures = [
        Figure(f"{name}: read", [one.ours.read for one in done]),
        Figure(f"{name}: match", [one.ours.match for one in done]),
        Figure(f"{name}: commit", [one.ours.commit for one in done]),
        ours,
        least,
        ratio(f"{name}: times the floor", ours, least, at_most=MOST_TIMES_THE_FLOOR),
    ]
    if of.with_peer:
        peer = Figure(f"{name}: peer", [one.peer or 0 for one in done])
        faster = ratio(
            f"{name}: faster than the peer", peer, ours, at_least=LEAST_TIMES_FASTER
        )
        alone = Figure(
            f"{name}: rows that only likeness keeps from being new",
            [one.likeness_alone for one in done],
        )
        figures += [peer, faster, alone]
    return figures
