"""Pictures of what the rooms `risk` and `anomaly` say about the practice data."""

from __future__ import annotations

from rilo_training.charts.chart import Chart


def AnomalyModel() -> Chart:
    """What makes the most unusual records unusual."""
    from rilo_training.anomaly import AnomalyModel
    from rilo_training.charts import heat_map
    from rilo_training.seizures import load_seizures

    columns = ["commodity", "conveyance", "concealment", "departure_country"]
    columns += ["quantity", "unit", "persons", "value_usd"]
    seizures = load_seizures("datasets/practice").set_index("case_id")[columns].head(4000)
    model = AnomalyModel().fit(seizures)
    score = model.anomaly_score(seizures)
    first = seizures.iloc[score.argsort()[::-1][:8]]
    parts = model.explain(first).rename_axis("case").reset_index()
    return heat_map(parts.melt("case", var_name="column"), "case", "column", "value", unit="points")


def RiskModel() -> Chart:
    """Why the riskiest consignment is risky: each part adds to the log-odds."""
    from rilo_training.charts import bars
    from rilo_training.risk import RiskModel
    from rilo_training.seizures import load_consignments, load_inspections

    known = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id"
    )
    leave_out = ["consignment_id", "inspected_on", "selected_by", "is_illicit"]
    model = RiskModel(leave_out=leave_out).fit(known, known["is_illicit"])
    riskiest = known.iloc[[int(model.decision_function(known).argmax())]]
    parts = model.explain(riskiest).T.set_axis(["log_odds"], axis=1)
    largest = parts.loc[parts["log_odds"].abs().nlargest(10).index]
    first = largest["log_odds"].idxmax()
    return bars(
        largest.rename_axis("part").reset_index(),
        "part",
        "log_odds",
        unit="points of log-odds",
        title=f"{first} adds most to {riskiest['consignment_id'].item()}",
    )


def burden_report() -> Chart:
    """How often goods of each origin are inspected, relative to all."""
    from rilo_training.charts import bars
    from rilo_training.risk import burden_report
    from rilo_training.seizures import load_consignments, load_inspections

    rows = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id", how="left"
    )
    found = rows["is_illicit"].eq(True)
    report = burden_report(rows["origin_country"], rows["selected_by"].notna(), found)
    first = report.iloc[0]
    return bars(
        report.head(12),
        "group",
        "burden",
        unit="times the mean",
        title=f"Goods from {first['group']} are inspected {first['burden']:.1f} times "
        "as often as all",
    )


def calibration_report() -> Chart:
    """Predicted and found shares on consignments that the model did not see."""
    from rilo_training.charts import reliability_curve
    from rilo_training.risk import RiskModel
    from rilo_training.seizures import load_consignments, load_inspections

    known = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id"
    )
    known = known.sort_values("arrival_date", kind="stable")
    past, later = known.iloc[:2200], known.iloc[2200:]
    leave_out = ["consignment_id", "inspected_on", "selected_by", "is_illicit"]
    model = RiskModel(leave_out=leave_out).fit(past, past["is_illicit"])
    scored = later.assign(probability=model.predict_proba(later)[:, 1])
    return reliability_curve(scored, "is_illicit", "probability", bins=6)


def targeting_curve() -> Chart:
    """What a card of three points finds for every budget."""
    from rilo_training.charts import targeting_curve
    from rilo_training.risk import RiskPoints, below_peers, is_rare_together
    from rilo_training.seizures import load_consignments, load_inspections

    known = load_consignments("datasets/practice").merge(
        load_inspections("datasets/practice"), on="consignment_id"
    )
    price = known["value_usd"] / known["gross_weight_kg"]
    signs = known[["consignment_id"]].assign(
        low_price=below_peers(price, known["hs_heading"]),
        rare_route=is_rare_together(known["departure_country"], known["origin_country"]),
        on_paper=known["channel"].eq("paper"),
    )
    card = RiskPoints({"rare_route": 3, "low_price": 1, "on_paper": 1})
    scored = known.assign(points=card.score(signs))
    return targeting_curve(scored, "is_illicit", "points", budget=0.1)
