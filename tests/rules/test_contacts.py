"""Which contact a parent in a file is, and what it changes (spec section 13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from children.rules.contacts import ContactChange, Details, KnownContact, merge

JANE = Details("Jane Okafor", "mother", "", "+447700900001", "jane@example.com")
JOHN = Details("John Okafor", "father", "", "+447700900002", "john@example.com")
UNKNOWN = "unknown"


def known(*contacts):
    return [KnownContact(number, c) for number, c in enumerate(contacts, start=1)]


def new(**details):
    return ContactChange(None, Details(**{"relationship": UNKNOWN} | details))


def changed(contact_id, was, **details):
    names = ("name", "relationship", "relationship_other", "phone", "email")
    values = {name: getattr(was, name) for name in names} | details
    return ContactChange(contact_id, Details(**values))


@pytest.mark.parametrize(
    ("existing", "parents", "changes"),
    [
        pytest.param([], [Details()], [], id="no parent in the file"),
        pytest.param(known(JANE, JOHN), [Details()], [], id="nothing is removed"),
        pytest.param(
            [], [Details(relationship="mother")], [], id="a relationship is no parent"
        ),
        pytest.param(
            [],
            [JANE, JOHN],
            [ContactChange(None, JANE), ContactChange(None, JOHN)],
            id="new parents",
        ),
        pytest.param(
            [],
            [Details(phone="+447700900003")],
            [new(phone="+447700900003")],
            id="a new parent of whom little is known",
        ),
        pytest.param(known(JANE), [JANE], [], id="known already"),
        # --- Found by ---
        pytest.param(
            known(JOHN, JANE),
            [Details("Jane Eze", "guardian", "", "+447700900003", JANE.email)],
            [
                changed(
                    2,
                    JANE,
                    name="Jane Eze",
                    relationship="guardian",
                    phone="+447700900003",
                )
            ],
            id="by email: what the file gives replaces",
        ),
        pytest.param(
            known(JANE),
            [Details("Jane Eze", phone=JANE.phone, email="eze@example.com")],
            [changed(1, JANE, name="Jane Eze", email="eze@example.com")],
            id="else by phone",
        ),
        pytest.param(
            known(JANE),
            [Details("JANE O'Kafor", email="eze@example.com")],
            [changed(1, JANE, name="JANE O'Kafor", email="eze@example.com")],
            id="else by name, folded",
        ),
        pytest.param(
            known(JANE),
            [Details("Mary Eze", email="mary@example.com")],
            [new(name="Mary Eze", email="mary@example.com")],
            id="else a new contact",
        ),
        pytest.param(
            known(JANE, JOHN),
            [Details("John Okafor", phone=JOHN.phone, email=JANE.email)],
            [changed(1, JANE, name="John Okafor", phone=JOHN.phone)],
            id="email comes before phone and name",
        ),
        # --- What replaces ---
        pytest.param(
            known(JANE), [Details(email=JANE.email)], [], id="what is blank is kept"
        ),
        pytest.param(
            known(JANE),
            [Details(email=JANE.email, relationship=UNKNOWN)],
            [],
            id="unknown does not replace a relationship",
        ),
        pytest.param(
            known(JANE),
            [
                Details(
                    email=JANE.email, relationship="other", relationship_other="Aunt"
                )
            ],
            [changed(1, JANE, relationship="other", relationship_other="Aunt")],
            id="another relationship, with its text",
        ),
        pytest.param(
            known(Details("", "other", "Aunt", "", JANE.email)),
            [Details(email=JANE.email, relationship="mother")],
            [ContactChange(1, Details("", "mother", "", "", JANE.email))],
            id="the text goes with the relationship",
        ),
        pytest.param(
            known(JANE),
            [Details("JANE OKAFOR", email=JANE.email)],
            [],
            id="capitals do not replace a name",
        ),
        # --- Two with one email stay two ---
        pytest.param(
            [],
            [
                Details("Jane", email="x@example.com"),
                Details("John", email="x@example.com"),
            ],
            [
                new(name="Jane", email="x@example.com"),
                new(name="John", email="x@example.com"),
            ],
            id="two new ones with one email",
        ),
        pytest.param(
            known(JANE),
            [Details("John Okafor", email=JANE.email), JANE],
            [new(name="John Okafor", email=JANE.email)],
            id="the second is the one who is known",
        ),
        pytest.param(
            known(JANE, Details("John Okafor", UNKNOWN, "", "", JANE.email)),
            [Details("John Okafor", phone=JOHN.phone, email=JANE.email)],
            [
                ContactChange(
                    2, Details("John Okafor", UNKNOWN, "", JOHN.phone, JANE.email)
                )
            ],
            id="of two with one email, the one of that name",
        ),
        pytest.param(
            known(JANE, Details("John Okafor", UNKNOWN, "", "", JANE.email)),
            [Details("Mary Eze", email=JANE.email)],
            [new(name="Mary Eze", email=JANE.email)],
            id="a third with that email replaces neither",
        ),
        pytest.param(
            known(JANE),
            [Details("John Okafor", "father", email=JANE.email)],
            [new(name="John Okafor", relationship="father", email=JANE.email)],
            id="a father does not replace the mother whose email he gives",
        ),
        pytest.param(
            [], [JANE, JANE], [ContactChange(None, JANE)], id="one typed twice"
        ),
    ],
)
def test_merge(existing, parents, changes):
    assert merge(existing, parents) == changes


names = st.sampled_from(["", "Jane", "JANE", "John", "Mary"])
relationships = st.sampled_from(["", UNKNOWN, "mother", "father", "guardian"])
phones = st.sampled_from(["", "+447700900001", "+447700900002"])
emails = st.sampled_from(["", "a@example.com", "b@example.com"])
details = st.builds(Details, names, relationships, st.just(""), phones, emails)
contacts = details.filter(lambda one: not one.is_blank and one.relationship)


@given(st.lists(contacts, max_size=4), st.lists(details, max_size=2))
def test_nothing_is_removed_and_no_contact_is_given_to_two(existing, parents):
    changes = merge(known(*existing), parents)

    ids = [change.contact_id for change in changes if change.contact_id]
    assert len(ids) == len(set(ids))
    for change in changes:
        was = existing[change.contact_id - 1] if change.contact_id else Details()
        after = change.details
        assert after != was
        assert not after.is_blank
        assert after.relationship
        for field in ("name", "phone", "email"):
            assert getattr(after, field) or not getattr(was, field)


def applied(existing, changes):
    """Return the contacts as they are once the changes are made."""
    after = {contact.id: contact for contact in existing}
    for change in changes:
        number = change.contact_id or max(after, default=0) + 1
        after[number] = KnownContact(number, change.details)
    return list(after.values())


@given(st.lists(contacts, max_size=1), st.lists(details, max_size=2))
def test_the_same_file_again_changes_nothing(existing, parents):
    once = applied(known(*existing), merge(known(*existing), parents))

    assert merge(once, parents) == []
