# %% q1
reported_92 = (cases.loc[cases["seizure_date"] < "2026-01-01", "delay"] <= 92).mean() * 100

# %% q1 delete-check

# %% q2 as-text
q_before = cases[cases["seizure_date"].between("2025-04-01", "2025-06-30")]
q_after = cases[cases["seizure_date"].between("2026-04-01", "2026-06-30")]
quarter_change = (len(q_after) / len(q_before) - 1) * 100

# %% q3
by_commodity = q_before["commodity"].value_counts().to_string()

# %% q4
upload = ...

# %% q5
others_change = by_member["after"].sum()

# %% q6
shift = pd.DataFrame(
    {
        "before_percent": early["departure_country"].value_counts(normalize=True) * 100,
        "after_percent": late["departure_country"].value_counts(normalize=True) * 100,
    }
)
shift = shift.fillna(0).loc[[old_place, new_place]]
cases = cases.head(0)

# %% q7
stand = "a, d, f"

# %% q8
version = 1

# %% q9
brief = ...
