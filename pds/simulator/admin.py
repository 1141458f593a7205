"""The addresses for tests, at /admin; there only when the simulator is told so.

GET    /admin/journal   every request since it was cleared, oldest first
DELETE /admin/journal
POST   /admin/faults    a fault, or a list of them (`faults.Faults.set`)
DELETE /admin/faults
POST   /admin/people    people as the CSV file has them, or FHIR Patients, as a list
DELETE /admin/tokens    every token given so far becomes invalid
"""

from collections.abc import Callable
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pds.simulator.faults import BadFault, Faults
from pds.simulator.journal import Journal
from pds.simulator.patients import person_of
from pds.simulator.people import BadPeople, Person, person_from
from pds.simulator.search import Population
from pds.simulator.tokens import Tokens


def routes(
    population: Population, journal: Journal, faults: Faults, tokens: Tokens
) -> list[Route]:
    """Return the addresses, to be put below /admin."""

    async def journal_entries(_request: Request) -> Response:
        return JSONResponse(journal.entries())

    async def clear_journal(_request: Request) -> Response:
        journal.clear()
        return Response(status_code=204)

    async def set_faults(request: Request) -> Response:
        def set_each(wanted: list[Any]) -> None:
            for fault in wanted:
                faults.set(fault)

        return await _take(request, set_each)

    async def clear_faults(_request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    async def forget_tokens(_request: Request) -> Response:
        tokens.forget()
        return Response(status_code=204)

    async def add_people(request: Request) -> Response:
        return await _take(
            request, lambda wanted: population.add([_person(each) for each in wanted])
        )

    return [
        Route("/journal", journal_entries, methods=["GET"]),
        Route("/journal", clear_journal, methods=["DELETE"]),
        Route("/faults", set_faults, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
        Route("/tokens", forget_tokens, methods=["DELETE"]),
        Route("/people", add_people, methods=["POST"]),
    ]


def _person(wanted: dict[str, Any]) -> Person:
    return person_of(wanted) if "resourceType" in wanted else person_from(wanted)


async def _take(request: Request, act: Callable[[list[Any]], None]) -> Response:
    """Give what was sent to `act`, and answer 400 with why if it cannot be used."""
    try:
        wanted = await request.json()
        act(wanted if isinstance(wanted, list) else [wanted])
    except (JSONDecodeError, BadFault, BadPeople) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    except (AttributeError, TypeError):
        return JSONResponse({"error": "Send an object or a list of them."}, 400)
    return Response(status_code=204)
