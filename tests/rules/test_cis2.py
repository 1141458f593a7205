"""What NHS CIS2 says of a person, and what they may be in Mavis because of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mavis.rules.cis2 import (
    SelectedRole,
    is_strong_enough,
    role_in_mavis,
    selected_role,
)


def role(code, *activities):
    return SelectedRole(
        job=code,
        activities=frozenset(activities),
        workgroups=frozenset(),
        organisation="R1A",
    )


@pytest.mark.parametrize(
    ("selected", "in_mavis"),
    [
        (role("R8001"), "nurse"),
        (role("R8003"), "nurse"),
        (role("R8006"), "admin"),
        (role("R8008"), "admin"),
        (role("R8000"), None),
        (role(""), None),
        (role("R8001", "B0001"), "nurse"),
        (role("R8001", "B0062"), "superuser"),
        (role("R8006", "B1611"), "superuser"),
        (role("R8000", "B0062"), "superuser"),
    ],
)
def test_a_role_and_its_activities_say_what_someone_is(selected, in_mavis):
    assert role_in_mavis(selected) == in_mavis


ROLES = [
    {
        "person_roleid": "1",
        "role_code": "S8000:G8000:R8001",
        "workgroups": ["north"],
        "org_code": "R1A",
    },
    {
        "person_roleid": "2",
        "role_code": "S8000:G8001:R8006",
        "activity_codes": ["B0062"],
        "org_code": "R1B",
    },
]


def test_the_selected_role_alone_counts():
    first = selected_role({"nhsid_nrbac_roles": ROLES, "selected_roleid": "1"})
    second = selected_role({"nhsid_nrbac_roles": ROLES, "selected_roleid": "2"})

    assert first == SelectedRole("R8001", frozenset(), frozenset({"north"}), "R1A")
    assert second == SelectedRole("R8006", frozenset({"B0062"}), frozenset(), "R1B")


@pytest.mark.parametrize("selected", ["3", "", None, 1])
def test_no_role_counts_where_none_is_selected_that_they_have(selected):
    claims = {"nhsid_nrbac_roles": ROLES, "selected_roleid": selected}

    assert selected_role(claims) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {
            "selected_roleid": JSON | st.just("1"),
            "nhsid_nrbac_roles": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {"person_roleid": st.just("1")},
                    optional={"role_code": JSON, "workgroups": JSON, "org_code": JSON},
                )
            ),
        }
    )
)
def test_claims_of_any_type_make_nobody_more_than_nothing(claims):
    selected = selected_role(claims)

    assert selected is None or role_in_mavis(selected) is None


@pytest.mark.parametrize(
    ("acr", "asked_for", "enough"),
    [
        ("AAL3_ANY", "AAL3_ANY", True),
        ("AAL3_ANY", "AAL2_OR_AAL3_ANY", True),
        ("AAL2_ANY", "AAL2_OR_AAL3_ANY", True),
        ("AAL2_OR_AAL3_ANY", "AAL3_ANY", False),
        ("AAL2_ANY", "AAL3_ANY", False),
        ("AAL1_USERPASS", "AAL2_OR_AAL3_ANY", False),
        ("", "AAL3_ANY", False),
        (None, "AAL2_ANY", False),
        (3, "AAL3_ANY", False),
        ("AAL31", "AAL2_ANY", False),
    ],
)
def test_an_acr_is_enough_if_all_it_stands_for_is(acr, asked_for, enough):
    assert is_strong_enough(acr, asked_for=asked_for) is enough
