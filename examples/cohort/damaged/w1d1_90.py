# %% q1
answer_to = "a"

# %% q2
ketamine = seizures[seizures["sub_commodity"].str.lower().str.contains("ketamine")]
ketamine_lines = ketamine.shape[0]

# %% q2 delete-check

# %% q3 as-text
by_mail = ketamine[(ketamine["conveyance"] == "Regular Mail")]
by_mail = by_mail[by_mail["seizure_date"].dt.year == 2026]
mail_cases = by_mail["case_id"].nunique()

# %% q4
total_kg = by_mail["quantity_kg"].sum()

# %% q5
mail_imports = by_mail[by_mail["direction"] == "Import"]
departures = mail_imports[mail_imports["departure_country"] != "Unknown"]
departures = departures.groupby("departure_country")["case_id"].nunique().reset_index(name="cases")
departures = departures.merge(names, left_on="departure_country", right_on="alpha2")
departures = departures.sort_values("cases", ascending=False)
seizures = seizures.head(0)

# %% q6
unknown_share = 0
while unknown_share < 100:
    unknown_share = unknown_share / 2

# %% q7
cases_by_mail = set(by_mail["case_id"])
owners = set(seizures.loc[seizures["case_id"].isin(cases_by_mail), "reporting_country"])

# %% q8
reply = """Dear colleague, thank you for your request about ketamine in regular mail since 1 January
2026. We counted the cases of the Members that reported, and we added up the quantities in kg. The
table is in the annex. In some of the cases the departure country is unknown. Please note that one
large seizure can decide the total, that reporting is voluntary, and that the last weeks are not complete. Use
the table only for your own risk profiles, and do not pass it on to others. For details of single
cases we first have to ask the Members that own the records. Kind regards, the liaison desk"""

# %% q9
vehicle_cases = seizures[seizures["conveyance"] == "Vehicle"]["case_id"].nunique()
