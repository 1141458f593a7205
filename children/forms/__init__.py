"""What can be asked for and entered about children: one module a kind of page."""
