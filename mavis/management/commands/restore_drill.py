"""`restore_drill`: whether what is backed up can be restored."""

from typing import Any

from mavis.management.plain import PlainCommand
from mavis.trials import restoring


class Command(PlainCommand):
    help = (
        "Back up the database, restore that into another one, which is dropped, and "
        "compare the two: every row, constraint, trigger, sequence and right."
    )

    def handle(self, **_options: Any) -> None:
        self.tidy_up_when_ended()
        try:
            restored = restoring.restore()
        except restoring.DidNotWork as problem:
            self.stop(str(problem))
        self.stdout.write(
            f"{restored.rows:,} rows of {restored.tables} tables: "
            f"{restored.megabytes:.1f} MB, backed up in {restored.backup_seconds:.1f} s "
            f"and restored in {restored.restore_seconds:.1f} s."
        )
        for sentence in restored.differences:
            self.stdout.write(sentence)
        if restored.differences:
            self.stop("What was restored is not what was backed up.")
        self.stdout.write("What was restored is what was backed up.")
