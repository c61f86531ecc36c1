# %% q1
is_older = cases["seizure_date"].lt(pd.Timestamp(2026, 1, 1))
late = cases[is_older & (cases["delay"] > 92)]
reported_92 = round(100 - 100 * len(late) / is_older.sum(), 1)


# %% q2 own
def spring(year):
    """April to June of one year."""
    when = cases["seizure_date"]
    return cases[(when.dt.year == year) & when.dt.month.isin([4, 5, 6])]


# %% q2
q_before, q_after = spring(2025), spring(2026)
quarter_change = 100 * (q_after["case_id"].nunique() / q_before["case_id"].nunique() - 1)

# %% q3
rows = []
for goods_name, group in q_before.groupby("commodity"):
    if len(group) >= 30:
        now = int((q_after["commodity"] == goods_name).sum())
        rows.append((goods_name, len(group), now, round((now - len(group)) / len(group) * 100, 1)))
by_commodity = pd.DataFrame(rows, columns=["commodity", "before", "after", "change_percent"])

# %% q4
senders = in_peak["reporting_country"].value_counts()
first = senders[senders == senders.max()].index
days = in_peak.drop_duplicates(["reporting_country", "seizure_date"])["reporting_country"]
upload = pd.DataFrame(
    {
        "seizure_days": [(days == sender).sum() for sender in first],
        "reporting_country": list(first),
        "cases": [senders[sender] for sender in first],
        "remark": "a backlog",
    }
)

# %% q5
from rilo_training.analysis import contributions

of_top = cases.query("commodity == @top")
ranked = contributions(of_top, ("2025-04-01", "2025-06-30"), ("2026-04-01", "2026-06-30"))
others_change = float(ranked["others_change_percent"].iloc[0])

# %% q6
periods = {"before_percent": early, "after_percent": late}
shift = pd.DataFrame(
    [
        {"departure_country": place}
        | {name: 100 * (rows["departure_country"] == place).mean() for name, rows in periods.items()}
        for place in (new_place, old_place)
    ]
)

# %% q7
drafts = dict.fromkeys("abcdefg", True)
drafts["b"] = drafts["c"] = drafts["e"] = drafts["g"] = False
stand = [letter for letter, holds in drafts.items() if holds]

# %% q8
version = " a "

# %% q9
shares = shift.set_index("departure_country").loc[new_place]
sentences = [
    "Trend brief for the contact points, with synthetic data. We compare April to June 2026 with the",
    f"same months of 2025. Main point: {len(q_after)} cases so far, {quarter_change:+.1f} per cent;",
    f"the range is {chance}. The rise in {top} does not come from the whole region: one Member makes",
    f"more than half of it, and all others together changed by {others_change:+.1f} per cent. At one",
    f"Member, a new departure gained in {goods} in {found['change_day']:%B %Y}: its share moved from",
    f"{shares['before_percent']:.0f} to {shares['after_percent']:.0f} per cent. One draft does not",
    "stand: seizures did not surge on the day with most reports. A backlog of many weeks arrived on",
    f"that day. A limit: {reported_92:.0f} per cent of the cases are reported within 92 days, so",
    "please leave out July to September until the next brief. Use this brief only inside your own",
    "administration. For details write to the liaison desk, which asks the Members that own the",
    "records.",
]
brief = " ".join(sentences)
