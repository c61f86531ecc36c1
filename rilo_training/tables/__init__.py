"""Reading tables that nobody here has seen: what is refused, and what the cells of a column hold.

No name of a column is looked at, only its values. What a column is good for (a category, a
measure, a text) is decided by the room that asks, because a model of risk and a model of the
unusual want different things of the same cells.
"""
