"""The simulator does what its OpenAPI description says, whatever it is asked.

Requests are made by schemathesis: those that the description allows, and those that
it does not.
"""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pds.simulator import app, named
from pds.simulator.generate import generate
from pds.simulator.search import Population

load_all_checks()
people = Population([*named.NAMED, *generate(500, seed=1)])
description = schemathesis.openapi.from_path(
    Path(app.__file__).with_name("openapi.yaml")
)
description.app = app.make_app(app.Simulator(people))
# Reading alone is described; test_judgement has what becomes of other methods.
description.config.phases.coverage.unexpected_methods = set()
description.config.generation.update(modes=list(GenerationMode))

NOT_AS_PDS_DOES = [
    # What has the right form may still be refused: a check digit, too few details.
    positive_data_acceptance,
]


@description.parametrize()
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case):
    case.call_and_validate(excluded_checks=NOT_AS_PDS_DOES)


def described(operation: str, response) -> None:
    description.find_operation_by_id(operation).validate_response(response)


@pytest.mark.parametrize("person", named.NAMED, ids=lambda p: p.nhs_number)
def test_every_state_of_a_record_is_as_described(pds, person):
    described("read", pds.read(person.nhs_number))
    if not (person.names and person.date_of_birth):
        return
    name = person.names[-1]
    described(
        "search",
        pds.search(family=name.family, birthdate=person.date_of_birth, _history="true"),
    )


def test_an_answer_that_is_not_as_described_is_noticed(pds):
    response = pds.read(named.ORDINARY.nhs_number)
    restricted = response.text.replace('"U"', '"R"')
    response._content = restricted.encode()

    with pytest.raises(Exception, match="Response violates schema"):
        described("read", response)
