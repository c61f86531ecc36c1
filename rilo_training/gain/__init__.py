"""The test of gain: the same person before and after the course, on two forms and two worlds.

It gives no mark. It says what a person can do in week 4 that the person could not do on day 1.
The items stand in ``curriculum/gain/blueprint.toml``, which no participant gets.
"""
