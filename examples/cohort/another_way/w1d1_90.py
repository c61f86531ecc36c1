# %% q1
options = {"a": "official", "b": "private"}
answer_to = next(letter for letter, channel in options.items() if channel == "official").upper()


# %% q2 own
def is_substance(label, word):
    """Whether a label names the substance, however it is spelled."""
    return word in str(label).strip().lower()


# %% q2
mask = [is_substance(label, "ketamine") for label in seizures["sub_commodity"]]
ketamine = seizures.loc[mask]
ketamine_lines = sum(mask)


# %% q3 own
def since(table, day):
    return table.loc[table["seizure_date"] > pd.Timestamp(day) - pd.Timedelta(days=1)]


# %% q3
by_mail = since(ketamine.query("conveyance == 'Regular Mail'"), "2026-01-01")
mail_cases = len(by_mail.groupby("case_id").size())

# %% q4
in_one_kg = by_mail["unit"].map({"kg": 1.0, "g": 0.001})
total_kg = round(float((by_mail["quantity"] * in_one_kg).sum()), 1)

# %% q5
lookup = dict(zip(names["alpha2"], names["name"]))
mail_imports = by_mail.query("direction == 'Import'")
found = {}
for case, country in mail_imports[["case_id", "departure_country"]].drop_duplicates().to_numpy():
    if country in lookup:
        found[lookup[country]] = found.get(lookup[country], 0) + 1
departures = pd.DataFrame({"cases": found.values(), "name": found.keys(), "note": "checked"})
departures = departures.sort_values(["cases", "name"], ascending=[False, True])

# %% q6
per_case = mail_imports.groupby("case_id")["departure_country"].first()
unknown_share = per_case.eq("Unknown").mean() * 100

# %% q7
owners = by_mail["reporting_country"].drop_duplicates().sort_values()

# %% q8
top = departures.sort_values("cases", ascending=False)["name"].iloc[:3]
sentences = [
    "Dear colleague, here is a summary for your request on ketamine.",
    f"Between 1 January 2026 and the end of September, {mail_cases} cases were found in mail.",
    f"Together they hold {total_kg} kg. The largest departures of imports are {', '.join(top)}.",
    f"For {unknown_share:.0f} per cent of the imports the departure country is not known.",
    "Please keep three limits in mind: a few large seizures may decide the total, Members report as",
    "volunteers, and the last weeks are not complete. Use the summary only inside your own",
    "administration, for risk profiles, and do not pass it on. For single cases, write to us: we",
    "then ask the Members that own the records. With kind regards, the liaison desk",
]
reply = " ".join(sentences)

# %% q9
carried = seizures.loc[seizures["conveyance"].str.upper().eq("VEHICLE")]
vehicle_cases = carried["case_id"].drop_duplicates().size
