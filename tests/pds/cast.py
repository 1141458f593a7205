"""Invented people, as a file describes them and as PDS answers."""

from datetime import UTC, date, datetime

from pds.rules.answers import OnePerson, Person, PersonName
from pds.rules.sought import Sought

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BORN = date(2014, 3, 27)
# All of the 999 range, which is never issued.
HERS, ANOTHERS, SUCCESSOR = "9990000018", "9990000026", "9990000034"


def sought(**details):
    """Amara Okafor, as the file has her."""
    return Sought(
        **{
            "first_name": "Amara",
            "last_name": "Okafor",
            "date_of_birth": BORN,
            "postcode": "SW1A 1AA",
            **details,
        }
    )


def person(number=HERS, first="Amara", last="Okafor", **details):
    """Amara Okafor, as PDS has her."""
    given = (first,) if isinstance(first, str) else first
    return Person(
        **{
            "nhs_number": number,
            "names": (PersonName(given, last),),
            "date_of_birth": BORN,
            "postcodes": ("SW1A 1AA",),
            **details,
        }
    )


def one(number=HERS, **details):
    return OnePerson(person(number, **details))


def patient(number=HERS, **fields):
    """Return PDS's resource about Amara Okafor, with these fields in place of its own."""
    return {
        "resourceType": "Patient",
        "id": number,
        "identifier": [
            {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}
        ],
        "meta": {"versionId": "2", "security": [{"code": "U"}]},
        "name": [{"use": "usual", "given": ["Amara"], "family": "Okafor"}],
        "birthDate": "2014-03-27",
        "address": [{"use": "home", "postalCode": "SW1A 1AA"}],
        **fields,
    }


def bundle(*patients, **fields):
    found = {
        "resourceType": "Bundle",
        "type": "searchset",
        "timestamp": "2026-11-24T09:00:00+00:00",
        "total": len(patients),
    }
    if patients:
        found["entry"] = [{"resource": resource} for resource in patients]
    return {**found, **fields}


def outcome(code, *, issue="value", severity="error"):
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": severity,
                "code": issue,
                "details": {"coding": [{"code": code}]},
            }
        ],
    }


TOO_MANY = outcome("TOO_MANY_MATCHES", issue="multiple-matches", severity="information")
