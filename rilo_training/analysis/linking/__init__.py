"""Find the records of two tables that mean the same person, company or place.

The steps, one module each: `spelling` (words of a cell), `table` (columns and their kinds),
`blocking` (candidate pairs), `words` and `digits` (what two cells have in common), `model` (how
much that says, learned without labels), `rivals` (which of several partners), `link` (all of it).
"""
