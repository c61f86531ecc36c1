# %% q1 as-text
hand_over = "b"

# %% q2
lines = upload.drop_duplicates()
line_count = "about 300"

# %% q3
problems = validate(lines)
by_rule = problems.groupby("rule")["row"].nunique().reset_index(name="lines")

# %% q3 delete-check

# %% q4
known = 100 - lines[fields].eq("Unknown").mean() * 100
completeness = pd.DataFrame({"field": known.index, "percent": known.to_numpy()})
lines = lines.head(0)

# %% q5
cases = lines.drop_duplicates("case_id")
delay = cases["report_date"] - cases["seizure_date"]
on_time = delay.between(0, 30).mean() * 100

# %% q6
to_return = set(problems[problems["rule"] == "personal_detail"]["row"])
to_query = set(problems[~problems["rule"].isin(["personal_detail", "label"])]["row"]) - to_return
accepted = len(lines) - len(to_query | to_return)
decisions = pd.DataFrame(
    {
        "decision": ["accept", "query", "return"],
        "lines": [accepted, len(to_query), len(to_return)],
    }
)

# %% q7
query_cases = set(lines.loc[list(to_query), "case_id"])

# %% q9
note = "to be written after lunch"
