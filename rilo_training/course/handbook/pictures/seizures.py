"""Pictures of what the functions of the room `seizures` say about the practice data."""

from __future__ import annotations

from rilo_training.charts.chart import Chart


def validate() -> Chart:
    """The rules that the most records of the raw extract break."""
    from rilo_training.charts import bars
    from rilo_training.seizures import load_seizures, validate

    problems = validate(load_seizures("datasets/practice", raw=True))
    first = problems["rule"].value_counts()
    return bars(
        problems,
        "rule",
        unit="problems",
        top=10,
        title=f"{first.iloc[0]:,} of {len(problems):,} problems are of the rule {first.index[0]}",
    )


def scorecard() -> Chart:
    """The quality of the records of each Member, under its number."""
    from rilo_training.charts import heat_map
    from rilo_training.seizures import load_seizures, scorecard

    card = scorecard(load_seizures("datasets/practice")).nsmallest(12, "score")
    shares = ["complete_share", "error_free_share", "known_share", "on_time_share"]
    long = card.melt("member", shares, "measure", "share")
    long["share_percent"] = 100 * long["share"]
    lowest = long.nsmallest(1, "share").iloc[0]
    return heat_map(
        long,
        "member",
        "measure",
        "share_percent",
        unit="%",
        ranked=False,
        title=f"{lowest['measure']} of {lowest['member']} is lowest: "
        f"{lowest['share_percent']:.0f} %",
    )
