# %% q1
answer_to = "b"

# %% q2
ketamine = seizures[seizures["sub_commodity"].str.contains("ketamine", case=False)]
ketamine_lines = len(seizures[seizures["sub_commodity"] == "Ketamine and related substances"])

# %% q3
by_mail = ketamine[ketamine["conveyance"] == "Regular Mail"]
mail_cases = by_mail[by_mail["report_date"] >= "2026-01-01"]["case_id"].nunique()
by_mail = by_mail[by_mail["seizure_date"] >= "2026-01-01"]

# %% q4
total_kg = by_mail["quantity"].sum()

# %% q5
mail_imports = by_mail[by_mail["direction"] == "Import"]
departures = mail_imports.groupby("departure_country")["case_id"].nunique().reset_index(name="cases")
departures = departures.merge(names, how="left", left_on="departure_country", right_on="alpha2")
departures["name"] = departures["name"].fillna("Unknown")
departures = departures.sort_values("cases", ascending=False)

# %% q6
unknown_share = (mail_imports["departure_country"] == "Unknown").mean()

# %% q7
owners = set(by_mail["destination_country"])

# %% q8
reply = "There is a lot of ketamine. See the table."

# %% q9
vehicle_cases = len(seizures[seizures["conveyance"] == "vehicle"])
