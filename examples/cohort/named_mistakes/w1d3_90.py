# %% q1
reported_92 = (cases["delay"] <= 92).mean() * 100

# %% q2
reported = cases["report_date"]
r_before = cases[(reported >= "2025-04-01") & (reported <= "2025-06-30")]
r_after = cases[(reported >= "2026-04-01") & (reported <= "2026-06-30")]
quarter_change = (len(r_after) - len(r_before)) / len(r_before) * 100
q_before = cases[cases["seizure_date"].between("2025-04-01", "2025-06-30")]
q_after = cases[cases["seizure_date"].between("2026-04-01", "2026-06-30")]

# %% q3
by_commodity = pd.DataFrame(
    {"before": q_before["commodity"].value_counts(), "after": q_after["commodity"].value_counts()}
).fillna(0)
by_commodity = by_commodity[by_commodity["before"] > 0]
by_commodity["change_percent"] = (by_commodity["after"] / by_commodity["before"] - 1) * 100

# %% q4
uploads = reports.groupby("reporting_country").agg(
    cases=("case_id", "nunique"), seizure_days=("seizure_date", "nunique")
)
upload = uploads.nlargest(1, "cases")

# %% q5
one = (q_before["commodity"] == top).sum()
two = (q_after["commodity"] == top).sum()
others_change = (two - one) / one * 100

# %% q6
shift = pd.DataFrame(
    {
        "before_percent": early["departure_country"].value_counts(),
        "after_percent": late["departure_country"].value_counts(),
    }
).fillna(0)
shift = shift.loc[[old_place, new_place]]

# %% q7
stand = {"a", "c", "d"}

# %% q8
version = "b"

# %% q9
brief = "There was a surge in February, because criminal groups are more active. See the table."
