"""What is worked out about one row: which child it is, and what it would do.

`conclude` puts the rules together: matching has decided which children the row may
be about, differences compares, contacts merges, moving proposes.
"""

from collections.abc import Mapping, Sequence

from children.rules import contacts
from children.rules.contacts import ContactChange
from imports.rules import differences
from imports.rules.differences import Comparison, Field
from imports.rules.fingerprint import fingerprint
from imports.rules.matching import Match
from imports.rules.outcomes import Move, NotImported, Outcome
from imports.rules.worked_out import (
    Candidate,
    ChildFacts,
    Importing,
    RowFacts,
    WorkedOut,
)
from schoolmoves.rules import moving
from schoolmoves.rules.moving import Place, Proposal, Standing


def conclude(
    row: RowFacts,
    match: Match,
    children: Mapping[int, ChildFacts],
    competing_rows: tuple[int, ...],
    importing: Importing,
    *,
    compared_with: tuple[int, ...] = (),
) -> WorkedOut:
    """Work out one row.

    :param children: those of the match, by id
    :param competing_rows: row numbers that keep this row from having its child
    :param compared_with: the children among whom the match was found
    """
    if not match.child_ids:
        return _new(row, importing, compared_with)
    if match.only_child_id is None:
        chosen_from = [children[child_id] for child_id in match.child_ids]
        return _several(row, match, chosen_from, importing, compared_with)
    child = children[match.only_child_id]
    return _one(row, match, child, competing_rows, importing, compared_with)


def nothing_new(
    row_id: int, match: Match, importing: Importing, compared_with: tuple[int, ...]
) -> WorkedOut:
    """Return what `conclude` does of a row whose child has all that it says.

    The match is plain, no other row competes, and the child is active with the team,
    at the row's school, and with no move that anybody has asked for or refused.
    """
    (child_id,) = match.child_ids
    return WorkedOut(
        row_id=row_id,
        outcome=Outcome.ALREADY_IN_MAVIS,
        not_imported_reason=None,
        matched_child_id=child_id,
        claimed_child_id=child_id,
        claim_strength=match.strength,
        candidates=(),
        differences=(),
        additions=(),
        competing_rows=(),
        move=Move.NONE,
        other_team_id=None,
        fingerprint=fingerprint(
            {
                "outcome": Outcome.ALREADY_IN_MAVIS,
                "differences": [child_id, ()],
                "additions": [child_id, ()],
                "move": Move.NONE,
                "team": importing.team_id,
            }
        ),
        compared_with=compared_with,
    )


def _new(
    row: RowFacts, importing: Importing, compared_with: tuple[int, ...]
) -> WorkedOut:
    proposal = _propose(row, None, importing, certain=False)
    return WorkedOut(
        row_id=row.id,
        outcome=Outcome.NEW,
        not_imported_reason=None,
        matched_child_id=None,
        claimed_child_id=None,
        claim_strength=0,
        candidates=(),
        differences=(),
        additions=(),
        competing_rows=(),
        move=proposal.move,
        other_team_id=None,
        fingerprint=fingerprint({"outcome": Outcome.NEW, "move": proposal.move}),
        compared_with=compared_with,
    )


def _several(
    row: RowFacts,
    match: Match,
    children: Sequence[ChildFacts],
    importing: Importing,
    compared_with: tuple[int, ...],
) -> WorkedOut:
    compared = [
        (child, _compare(row, child, importing).differences) for child in children
    ]
    return WorkedOut(
        row_id=row.id,
        outcome=Outcome.CLOSE_MATCH,
        not_imported_reason=None,
        matched_child_id=None,
        claimed_child_id=None,
        claim_strength=0,
        candidates=tuple(
            Candidate(child.id, fields, match.reasons_for(child.id))
            for child, fields in compared
        ),
        differences=(),
        additions=(),
        competing_rows=(),
        # Which child moves, if one does, is known once a person has chosen.
        move=Move.NONE,
        other_team_id=None,
        fingerprint=fingerprint(
            {
                "outcome": Outcome.CLOSE_MATCH,
                "candidates": [
                    (_seen(child, fields), child.standing.team_id)
                    for child, fields in compared
                ],
            }
        ),
        compared_with=compared_with,
    )


def _one(
    row: RowFacts,
    match: Match,
    child: ChildFacts,
    competing_rows: tuple[int, ...],
    importing: Importing,
    compared_with: tuple[int, ...],
) -> WorkedOut:
    comparison = _compare(
        row, child, importing, number_is_replaced=match.number_is_replaced
    )
    changes = contacts.merge(child.contacts, row.parents)
    additions = comparison.additions + ((Field.CONTACTS,) if changes else ())
    is_contested = match.is_doubtful or bool(competing_rows)
    proposal = _propose(
        row,
        child.standing,
        importing,
        certain=not is_contested
        and (match.is_by_confirmed_number or not comparison.differences),
    )
    if proposal.bar:
        outcome = Outcome.NOT_IMPORTED
        additions = ()
    elif is_contested or comparison.differences:
        outcome = Outcome.CLOSE_MATCH
    else:
        outcome = Outcome.ALREADY_IN_MAVIS
    candidates: tuple[Candidate, ...] = ()
    if outcome is Outcome.CLOSE_MATCH:
        reasons = match.reasons_for(child.id)
        candidates = (Candidate(child.id, comparison.differences, reasons),)
    team_id = child.standing.team_id
    return WorkedOut(
        row_id=row.id,
        outcome=outcome,
        not_imported_reason=NotImported(proposal.bar) if proposal.bar else None,
        matched_child_id=child.id,
        claimed_child_id=child.id,
        claim_strength=match.strength,
        candidates=candidates,
        differences=comparison.differences,
        additions=additions,
        competing_rows=competing_rows,
        move=proposal.move,
        other_team_id=None if team_id == importing.team_id else team_id,
        fingerprint=fingerprint(
            {
                "outcome": outcome,
                "bar": proposal.bar,
                "differences": _seen(child, comparison.differences),
                "additions": _seen(child, additions),
                "contacts": [_change(change) for change in changes if additions],
                "competing_rows": competing_rows,
                "move": proposal.move,
                "waits": proposal.waits,
                "from": _place(child.standing.place)
                if proposal.move is not Move.NONE
                else None,
                "team": team_id,
                "archived": [proposal.archived, child.standing.archive_reason]
                if proposal.archived
                else None,
            }
        ),
        archived=proposal.archived,
        compared_with=compared_with,
    )


def _compare(
    row: RowFacts,
    child: ChildFacts,
    importing: Importing,
    *,
    number_is_replaced: bool = False,
) -> Comparison:
    return differences.compare(
        row.values,
        child.values,
        academic_year=importing.academic_year,
        number_is_replaced=number_is_replaced,
    )


def _propose(
    row: RowFacts, standing: Standing | None, importing: Importing, *, certain: bool
) -> Proposal:
    return moving.propose(
        team_id=importing.team_id,
        place=row.place,
        standing=standing,
        certain=certain,
        deceased=row.deceased,
        choice=row.archive_choice,
    )


def _seen(child: ChildFacts, fields: Sequence[Field]) -> list[object]:
    """Return the child, and the values that a reviewer saw would be changed.

    Their values too: were the record edited meanwhile, an approval of something
    else must not overwrite the edit.
    """
    return [child.id, [(f, differences.recorded(child.values, f)) for f in fields]]


def _change(change: ContactChange) -> list[object]:
    after = change.details
    return [
        change.contact_id,
        after.name,
        after.relationship,
        after.relationship_other,
        after.phone,
        after.email,
    ]


def _place(place: Place) -> list[object]:
    return [place.school_id, place.home_educated]
