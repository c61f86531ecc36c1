"""The store of an instructor: its folder, the history of what was graded, what counts."""
