"""Pages about children: finding them, looking at one, and editing it."""
