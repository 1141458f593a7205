"""What the pages about children show, as plain values: one module a page."""
