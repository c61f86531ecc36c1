"""Surveillance of counts: surges that pass, and shifts of the level that stay.

`series` reads an index of periods, `baseline` says what is usual, `scan` compares stretches of
periods with it, `simulate` says how often chance alone would raise an alarm. `surges` and
`shifts` hold the two functions of the analyst.
"""
