"""What the templates of imports are given: frozen dataclasses of plain values."""
