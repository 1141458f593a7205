"""The pages of imports: each view fetches, makes one call, and answers."""
