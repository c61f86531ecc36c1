# %% q1
hand_over = "B"

# %% q2
lines = upload[~upload.duplicated()]
line_count = lines.shape[0]


# %% q3 own
def rows_of(found, rules):
    """The rows that break one of the rules."""
    return {row for row, rule in zip(found["row"], found["rule"]) if rule in rules}


# %% q3
problems = validate(lines)
counted = {rule: len(rows_of(problems, {rule})) for rule in set(problems["rule"])}
by_rule = pd.DataFrame({"lines": counted.values(), "rule": counted.keys()})

# %% q4
completeness = pd.DataFrame(
    [(field, 100 - 100 * lines[field].eq("Unknown").sum() / len(lines)) for field in fields],
    columns=["field", "percent"],
)

# %% q5
cases = lines.groupby("case_id")[["seizure_date", "report_date"]].first()
day = pd.Timedelta(days=1)
delay = (cases["report_date"] - cases["seizure_date"]) / day
on_time = 100 * sum(0 <= days <= 30 for days in delay) / len(delay)


# %% q6 own
def decide(row):
    """One of our three words for a row label of `lines`."""
    broken = set(problems.loc[problems["row"] == row, "rule"])
    if "personal_detail" in broken:
        return "return"
    return "query" if broken - {"label"} else "accept"


# %% q6
decision = pd.Series({row: decide(row) for row in lines.index}, name="decision")
to_return = set(decision.index[decision == "return"])
to_query = set(decision.index[decision == "query"])
accepted = int((decision == "accept").sum())
decisions = decision.value_counts().reset_index(name="lines")

# %% q7
query_cases = sorted({case for row, case in lines["case_id"].items() if row in to_query})

# %% q8
in_kg = lines["unit"].map({"kg": 1.0, "g": 0.001})
kg_in_doubt = round(float((lines["quantity"] * in_kg)[list(to_query)].sum()), 3)

# %% q9
open_queries = problems[problems["row"].map(lambda row: row in to_query)]
questions = {
    "case_total": "Is a line missing, or is the total of the case another one?",
    "report_before_seizure": "On which day were the goods seized, and on which was it reported?",
    "unit_slip": "With which unit was the weight read from the scale?",
}
asked_of = [f"{place_of(r, lines, open_queries)}. {q}" for r, q in questions.items()]
where = place_of("personal_detail", lines, problems)
print(*asked_of, where)
note = f"""Dear colleague, thank you for the upload. Without the repeated lines, {line_count} lines
remain. We accepted {accepted} of them. About {len(to_query)} lines we have a question. Three of them
come first: 1. {asked_of[0]} 2. {asked_of[1]} 3. {asked_of[2]} All other queries are in the annex, in
the same form. One more request: {where}. A personal detail stands in this field. Would you remove it
in your own system and send that line again? Nobody here passes it on. You decide what is right in
each record. Could we hear from you by Friday of next week? With kind regards, the liaison desk"""
