"""Each thing that may be wrong with an installation has a sentence that says so."""

import pytest

from mavis.rules.installation import SECONDS_APART, Installation, Server, problems

OURS = ("localhost", "127.0.0.1", "[::1]")
LONG = 7 * 60


def test_of_an_installation_as_it_should_be_nothing_is_said():
    assert problems(Installation()) == ()


@pytest.mark.parametrize(
    ("wrong", "says", "do"),
    [
        ({"served_at": OURS}, "no address but this machine", "set ALLOWED_HOSTS"),
        ({"served_at": ("*",)}, "whatever name", "set ALLOWED_HOSTS"),
        ({"file_keys_are_keys": False}, "no Fernet key", "set it to 32 random bytes"),
        ({"has_cis2": False}, "Nobody can log in", "set the CIS2 settings"),
        (
            {"has_cis2": False, "has_local_accounts": True},
            "Nobody can log in: there is no account",
            "create_user",
        ),
        ({"database": Server.UNREACHABLE}, "does not answer", "check DATABASE_URL"),
        ({"database": Server.NOT_MIGRATED}, "lacks a migration", "run migrate"),
        ({"postgresql": 14}, "PostgreSQL is release 14", "upgrade it"),
        ({"owns_tables": True}, "as the owner", "the role mavis_app"),
        ({"may_change_audit_log": True}, "may change the audit log", "run migrate"),
        ({"seconds_apart": 30.0}, "clocks", "NTP"),
        ({"seconds_apart": -30.0}, "30 seconds apart", "NTP"),
        ({"schools": 0}, "No school is known", "run load_schools"),
        ({"teams": 0}, "There is no team", "create_team"),
        ({"teams_without_schools": ("coverwick",)}, "Team coverwick", "--school"),
        ({"unreadable_imports": (7, 9)}, "imports: 7, 9", "Add the key"),
        ({"unreadable_answers": True}, "answers of PDS", "add the key"),
        ({"valkey": Server.UNREACHABLE}, "Valkey does not answer", "check REDIS_URL"),
        ({"evicts": "allkeys-lru"}, "(allkeys-lru)", "noeviction"),
        ({"workers": 0}, "No worker answers", "start one"),
        ({"beat_silent": LONG}, "Beat has sent nothing for 7 minutes", "start it"),
        (
            {"sweep_silent": LONG, "messages": 40},
            "last done 7 minutes ago, and 40 messages wait",
            "Start more workers",
        ),
        (
            {"pds": Server.REFUSES, "pds_fault": "Our token is not accepted (401)"},
            "does not accept us (Our token is not accepted (401))",
            "check PDS_API_KEY",
        ),
        (
            {"pds": Server.UNREACHABLE, "pds_fault": "No connection"},
            "PDS does not answer (No connection)",
            "check PDS_BASE_URL",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_what_to_do(wrong, says, do):
    (sentence,) = problems(Installation(**wrong))

    assert says in sentence
    assert do in sentence.partition(says)[2]
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "right",
    [
        {"is_production": False, "served_at": OURS},
        {"has_cis2": False, "has_local_accounts": True, "accounts": 1},
        {"seconds_apart": float(SECONDS_APART)},
        {"served_at": (*OURS, "mavis.example.com")},
        {"pds": Server.WORKS},
        # One sweep that is missed is none too few.
        {"beat_silent": 130.0, "sweep_silent": 130.0},
        {"beat_silent": 7200.0, "sweep_silent": 7200.0, "sweep_every": 3600.0},
    ],
)
def test_what_is_right_is_not_said(right):
    assert problems(Installation(**right)) == ()


def test_of_several_things_each_is_said_and_none_that_follows_from_another():
    found = Installation(
        database=Server.UNREACHABLE,
        has_cis2=False,
        has_local_accounts=True,
        workers=0,
        sweep_silent=LONG,
    )

    told = problems(found)

    # No accounts are known of while there is no database; nobody sweeps without a worker.
    assert [sentence.split(":")[0].split(",")[0] for sentence in told] == [
        "The database does not answer",
        "No worker answers",
    ]


@pytest.mark.parametrize(
    ("seconds", "long"),
    [(300, "5 minutes"), (7_200, "2 hours"), (604_800, "7 days")],
)
def test_a_silence_is_told_as_somebody_would(seconds, long):
    (sentence,) = problems(Installation(beat_silent=seconds))

    assert f"for {long}," in sentence
