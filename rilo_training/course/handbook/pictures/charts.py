"""Pictures of the charts, drawn from the practice data."""

from __future__ import annotations

from rilo_training.charts.chart import Chart


def bars() -> Chart:
    """The goods that are seized most often."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import bars
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    return bars(cases, "commodity", unit="cases", top=8)


def distribution() -> Chart:
    """How large seizures of each kind are, in steps of ten times."""
    from rilo_training.charts import distribution
    from rilo_training.seizures import load_seizures

    seizures = load_seizures("datasets/practice")
    in_kg = seizures[seizures["unit"] == "kg"].rename(columns={"quantity": "quantity_kg"})
    return distribution(in_kg, "quantity_kg", by="commodity", top=8)


def flows() -> Chart:
    """From where, through where and to where cocaine goes."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import flows
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    cocaine = cases[cases["commodity"].eq("Cocaine") & cases["transit_country"].notna()]
    stages = ["departure_country", "transit_country", "destination_country"]
    return flows(cocaine, stages, unit="cases", top=5)


def heat_map() -> Chart:
    """Which goods are hidden where."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import heat_map
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    return heat_map(cases, "commodity", "concealment", unit="cases", top_rows=8, top_columns=6)


def network() -> Chart:
    """Which place joins the others on the way of gold."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import network
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    gold = cases[cases["commodity"] == "Gold trafficking"]
    return network(gold, "departure_country", "destination_country", unit="cases", top=12)


def reliability_curve() -> Chart:
    """Whether a share of finds of earlier weeks holds for later ones."""
    from rilo_training.charts import reliability_curve
    from rilo_training.seizures import load_consignments, load_inspections

    known = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id"
    )
    # The share of finds among the earlier consignments of the same office and channel.
    known = known.sort_values("arrival_date", kind="stable")
    past, later = known.iloc[:2200], known.iloc[2200:]
    share = past.groupby(["office", "channel"])["is_illicit"].mean().rename("share")
    scored = later.join(share, on=["office", "channel"]).dropna(subset="share")
    return reliability_curve(scored, "is_illicit", "share", bins=5)


def route_map() -> Chart:
    """The largest routes to three Members in the Pacific."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import route_map
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    pacific = cases[cases["destination_country"].isin(["AU", "FJ", "NZ"])]
    return route_map(pacific, "departure_country", "destination_country", unit="cases", top=12)


def small_multiples() -> Chart:
    """How each section develops, on a scale of its own."""
    from rilo_training.analysis import one_row_per_case
    from rilo_training.charts import small_multiples
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    known = cases[cases["seizure_date"] < "2026-07-01"]
    return small_multiples(
        known, "section", "seizure_date", every="quarter", unit="cases", same_scale=False
    )


def targeting_curve() -> Chart:
    """What two scores find for every budget."""
    from rilo_training.charts import targeting_curve
    from rilo_training.risk import RiskModel
    from rilo_training.seizures import load_consignments, load_inspections

    known = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id"
    )
    known = known.sort_values("arrival_date", kind="stable")
    past, later = known.iloc[:2200], known.iloc[2200:]
    leave_out = ["consignment_id", "inspected_on", "selected_by", "is_illicit"]
    model = RiskModel(leave_out=leave_out).fit(past, past["is_illicit"])
    scored = later.assign(
        model=model.decision_function(later), notice=-later["lodged_hours_before"]
    )
    return targeting_curve(scored, "is_illicit", ["model", "notice"], budget=0.1)


def trend() -> Chart:
    """Two sections by month, with the months that are not complete."""
    from rilo_training.analysis import latest_complete_day, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    return trend(
        cases[cases["section"].isin(["Revenue", "AML/CTF"])],
        "seizure_date",
        series="section",
        every="month",
        unit="cases",
        incomplete_from=latest_complete_day(cases),
    )
