"""What pages read of imports. Every read is of one team's own imports.

uploads    the imports of a team, and one of them
rows       the rows of one import, section by section, and how many there are
problems   what is wrong with a file, and what it is warned about
issues     the close matches that wait for a person
"""

from imports.queries.issues import open_issue_count
from imports.queries.uploads import import_for

__all__ = ["import_for", "open_issue_count"]
