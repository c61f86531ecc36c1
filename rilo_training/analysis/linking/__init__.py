"""Find the records of two tables that mean the same person, company or place.

The steps, one module each: `request` (what is asked for), `spelling` (words of a cell), `texts`,
`dates` and `table` (columns read as the arrays of `column`), `blocking` (candidate pairs),
`compare` with `words` and `digits` (what two cells have in common), `model` (how much that says,
learned without labels), `repeats` (what entities in several spellings change), `control` (where
the line to a match lies), `rivals` (which of several partners), `reasons` (the evidence in words),
`link` (all of it).
"""
