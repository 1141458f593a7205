"""People as FHIR Patients, one a line (PDS simulator, 9)."""

import json
from dataclasses import replace

import pytest

from pds.simulator import fhir, named
from pds.simulator.patients import person_of, read_patients
from pds.simulator.people import BadPeople

UNRESTRICTED = [
    person
    for person in named.NAMED
    if not (person.restricted or person.invalidated or person.superseded_by)
]


@pytest.mark.parametrize("person", UNRESTRICTED, ids=lambda p: p.nhs_number)
def test_what_pds_answers_can_be_read_back(person):
    assert person_of(fhir.patient(person, in_search=False)) == person


def test_a_restricted_person_is_read_with_their_whereabouts(tmp_path):
    # No answer has them, but a file must, so that a postcode can be searched for.
    patient = fhir.patient(replace(named.RESTRICTED, restricted=False), in_search=False)
    patient["meta"]["security"] = [{"code": "R"}]

    assert person_of(patient) == named.RESTRICTED


def test_a_file_has_a_patient_on_each_line(pds, tmp_path):
    patient = {
        "resourceType": "Patient",
        "id": "9990000018",
        "name": [{"family": "Okafor", "given": ["Amara"]}],
        "birthDate": "2014-03-27",
    }
    replaced = {
        "resourceType": "Patient",
        "id": "9990000026",
        "link": [{"type": "replaced-by", "other": {"reference": "Patient/9990000018"}}],
    }
    void = {"resourceType": "Patient", "id": "9990000034", "active": False}
    file = tmp_path / "people.jsonl"
    lines = [json.dumps(each) for each in (patient, replaced, void)]
    file.write_text("\n".join([lines[0], "", *lines[1:]]))

    pds.simulator.population.add(read_patients(file))

    assert pds.found(family="Okafor", birthdate="2014-03-27") == "9990000018"
    assert pds.read("9990000026").json()["id"] == "9990000018"
    assert pds.read("9990000034").status_code == 404


def test_a_test_may_add_patients_as_it_may_add_lines_of_the_csv_file(pds):
    patient = fhir.patient(
        replace(named.ORDINARY, nhs_number="9990000018"), in_search=False
    )

    assert pds.client.post("/admin/people", json=[patient]).status_code == 204

    assert pds.read("9990000018").status_code == 200


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("{", "line 2"),
        ("[]", "cannot be read as a FHIR Patient"),
        ('{"resourceType": "Bundle"}', "not a FHIR Patient"),
        ('{"resourceType": "Patient"}', "cannot be read as a FHIR Patient"),
        ('{"resourceType": "Patient", "id": "4010232137"}', "not a valid test number"),
        (
            '{"resourceType": "Patient", "id": "9990000018", "gender": "girl"}',
            "gender is not",
        ),
        (
            '{"resourceType": "Patient", "id": "9990000018", "name": "Amara"}',
            "cannot be read as a FHIR Patient",
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, line, because):
    file = tmp_path / "people.ndjson"
    file.write_text(f"\n{line}\n")

    with pytest.raises(BadPeople, match="line 2") as bad:
        read_patients(file)

    assert because in str(bad.value)
