"""Pictures of what the functions of the room `analysis` say about the practice data."""

from __future__ import annotations

from rilo_training.charts.chart import Chart


def batch_uploads() -> Chart:
    """A backlog makes a surge by report date that is none by the date of the seizure."""
    from rilo_training.analysis import batch_uploads, one_row_per_case
    from rilo_training.charts import small_multiples
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    first = batch_uploads(cases).iloc[0]
    own = cases[cases["reporting_country"] == first["reporting_country"]]
    dates = own[["seizure_date", "report_date"]].melt(var_name="date", value_name="day")
    return small_multiples(
        dates,
        "date",
        "day",
        every="month",
        unit="cases",
        title=f"{first['reporting_country']} uploaded a backlog on {first['upload_day']:%d %B %Y}",
    )


def complete_counts() -> Chart:
    """The months with the cases that are still to be reported, and the interval of them."""
    from rilo_training.analysis import complete_counts, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    months = complete_counts(one_row_per_case(load_seizures("datasets/practice"))).tail(12)
    last = months.iloc[-1]
    return trend(
        months,
        "first_day",
        "expected_cases",
        unit="cases",
        low="low_cases",
        high="high_cases",
        title=f"{last['reported_cases']:.0f} cases of the last month are reported; "
        f"about {last['expected_cases']:.0f} are expected",
    )


def contributions() -> Chart:
    """Who makes the change of the last complete year."""
    from rilo_training.analysis import (
        contributions,
        latest_complete_day,
        one_row_per_case,
        year_pair,
    )
    from rilo_training.charts import bars
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    before, after = year_pair(latest_complete_day(cases))
    table = contributions(cases, before, after)
    drivers = table.loc[table["cases_change"].abs().nlargest(12).sort_index().index]
    first = drivers.iloc[0]
    return bars(
        drivers,
        "reporting_country",
        "cases_change",
        unit="cases",
        ranked=False,
        title=f"{first['reporting_country']} adds {first['cases_change']:.0f} cases; "
        f"the whole region {table['cases_change'].sum():+.0f}",
    )


def delay_distribution() -> Chart:
    """How many cases are reported after so many days."""
    from rilo_training.analysis import delay_distribution, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    days = delay_distribution(one_row_per_case(load_seizures("datasets/practice")))
    half = int(days.loc[days["reported_percent"] >= 50, "delay_days"].iloc[0])
    return trend(
        days.head(121),
        "delay_days",
        "reported_percent",
        unit="%",
        low="low_percent",
        high="high_percent",
        title=f"Half of the cases are reported within {half} days",
    )


def detect_shifts() -> Chart:
    """The week in which a new level of a series begins."""
    from rilo_training.analysis import detect_shifts, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    known = cases["section"].eq("IPR, Health and Safety") & cases["seizure_date"].lt("2026-08-03")
    days = cases.loc[known, "seizure_date"].value_counts()
    weeks = days.resample("W").sum().rename("cases")
    first = detect_shifts(weeks)[0]
    return trend(
        weeks.reset_index(),
        "seizure_date",
        "cases",
        events={"new level": first},
        title=f"A new level since the week to {first.day} {first:%B %Y}",
    )


def detect_surges() -> Chart:
    """The expected cases of each week, and the stretch that is above them."""
    from rilo_training.analysis import detect_surges, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    known = cases["commodity"].eq("Gold trafficking") & cases["seizure_date"].lt("2026-08-03")
    days = cases.loc[known, "seizure_date"].value_counts()
    weeks = days.resample("W").sum().rename("cases")
    surges = detect_surges(weeks)
    table = surges[["expected"]].assign(found=weeks).rename_axis("week").reset_index()
    lines = table.melt("week", var_name="kind", value_name="cases")
    first = surges.index[surges["alarm"]][0]
    return trend(
        lines,
        "week",
        "cases",
        series="kind",
        unit="cases",
        events={"alarm": first},
        title=f"Gold: {surges['reason'].loc[first]}",
    )


def displaced_routes() -> Chart:
    """Goods that came from one place come from another one since a day."""
    from rilo_training.analysis import displaced_routes, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    imports = cases[cases["direction"] == "Import"]
    found = displaced_routes(imports).iloc[0]
    group = (imports["reporting_country"] == found["reporting_country"]) & (
        imports["commodity"] == found["commodity"]
    )
    both = imports[group & imports["departure_country"].isin([found["from"], found["to"]])]
    return trend(
        both,
        "seizure_date",
        series="departure_country",
        every="quarter",
        unit="cases",
        events={"change": found["change_day"]},
        title=f"{found['commodity']} to {found['reporting_country']}: "
        f"from {found['to']} in the place of {found['from']}",
    )


def hubs() -> Chart:
    """The network of the legs; the hub is dark."""
    from rilo_training.analysis import legs, one_row_per_case
    from rilo_training.charts import network
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    return network(legs(cases).head(60), "from", "to", "cases", unit="cases", top=14)


def moved_labels() -> Chart:
    """A way to hide goods leaves one commodity and comes to another."""
    from rilo_training.analysis import moved_labels, one_row_per_case
    from rilo_training.charts import trend
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    found = moved_labels(cases).iloc[0]
    method = cases["concealment"] == found["concealment"]
    both = cases[method & cases["commodity"].isin([found["from"], found["to"]])]
    return trend(
        both,
        "seizure_date",
        series="commodity",
        every="quarter",
        unit="cases",
        events={"change": found["change_day"]},
        title=f"{found['concealment']}: from {found['from']} to {found['to']}",
    )


def over_represented() -> Chart:
    """Combinations that are more frequent than their parts lead to expect, with intervals."""
    from rilo_training.analysis import one_row_per_case, over_represented
    from rilo_training.charts import bars
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    columns = ["departure_country", "concealment"]
    table = over_represented(cases, columns, by="commodity", strata="reporting_country").head(8)
    words = table["commodity"] + ", " + table["departure_country"]
    table["combination"] = words + ", " + table["concealment"].str.lower()
    stands = table.loc[table["stands"], "combination"].tolist()
    return bars(
        table,
        "combination",
        "lift",
        unit="times expected",
        low="lift_low",
        high="lift_high",
        highlight=stands,
        title=f"No chance: {len(stands)} of the 8 most surprising combinations",
    )


def year_on_year() -> Chart:
    """The change of each commodity, with the interval that says whether it is clear."""
    from rilo_training.analysis import latest_complete_day, one_row_per_case, year_on_year
    from rilo_training.charts import bars
    from rilo_training.seizures import load_seizures

    cases = one_row_per_case(load_seizures("datasets/practice"))
    table = year_on_year(cases, latest_complete_day(cases), by="commodity")
    table = table[table["cases_before"] >= 90]
    clear = table[(table["low_percent"] > 0) | (table["high_percent"] < 0)]
    return bars(
        table,
        "commodity",
        "change_percent",
        unit="%",
        low="low_percent",
        high="high_percent",
        title=f"{len(clear)} of {len(table)} commodities changed clearly in a year",
    )
