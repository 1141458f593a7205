"""The same question put to splink, a library for linking records at scale.

It learns by itself from the very rows and children that it links (expectation
maximisation needs no labels), as its documentation recommends.
"""

import logging
from collections.abc import Mapping
from typing import Any

from mavis.quality.labelled import Labelled, Person
from mavis.quality.scores import Proposal

SEED = 7


def proposals(data: Labelled) -> list[Proposal]:
    """Return every pair that splink thinks possible, with its match weight."""
    # Only whoever measures has the packages of the evaluation group.
    import pandas
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI()
    tables = [
        database.register(pandas.DataFrame(_cells(people)))
        for people in (data.rows, data.children)
    ]
    linker = Linker(tables, _settings(), log_level=logging.ERROR)
    _train(linker)
    found = linker.inference.predict(threshold_match_probability=0.01)
    return [
        Proposal(row_id=left, child_id=right, weight=weight)
        for left, right, weight in found.as_pandas_dataframe()[
            ["unique_id_l", "unique_id_r", "match_weight"]
        ].itertuples(index=False)
    ]


def _cells(people: Mapping[int, Person]) -> dict[str, list[Any]]:
    """Return the people as columns. What is not known is None."""
    return {
        "unique_id": list(people),
        "first_name": [one.first_name.casefold() or None for one in people.values()],
        "last_name": [one.last_name.casefold() or None for one in people.values()],
        "born": [
            one.date_of_birth.isoformat() if one.date_of_birth else None
            for one in people.values()
        ],
        "postcode": [one.postcode or None for one in people.values()],
    }


# Pairs that share two of the four details are looked at. More than we ourselves do:
# a name and a postcode, or both names, whatever the date of birth.
PAIRS = (
    ("first_name", "born"), ("last_name", "born"), ("postcode", "born"),
    ("first_name", "postcode"), ("last_name", "postcode"),
    ("first_name", "last_name"),
)  # fmt: skip


def _settings() -> Any:
    import splink.comparison_library as comparisons
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            *(block_on(*pair) for pair in PAIRS),
            "l.first_name = r.last_name AND l.last_name = r.first_name",
            "l.first_name = r.last_name AND l.born = r.born",
            "l.last_name = r.first_name AND l.born = r.born",
        ],
        comparisons=[
            comparisons.ForenameSurnameComparison("first_name", "last_name"),
            comparisons.DateOfBirthComparison("born", input_is_string=True),
            comparisons.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        ],
    )


def _train(linker: Any) -> None:
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match(
        [
            block_on("first_name", "last_name", "born"),
            block_on("first_name", "postcode", "born"),
            block_on("last_name", "postcode", "born"),
        ],
        recall=0.75,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for pair in (("postcode",), ("first_name", "last_name"), ("born",)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*pair), record_sample_proportion=1.0
        )
