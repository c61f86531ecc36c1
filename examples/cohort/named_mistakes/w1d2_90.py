# %% q1
hand_over = "a"

# %% q2
lines = upload.drop_duplicates()
line_count = len(upload)

# %% q3
problems = validate(lines)
errors_only = problems[problems["severity"] == "error"]
by_rule = errors_only.groupby("rule")["row"].nunique().reset_index(name="lines")

# %% q4
filled = lines[fields].notna().mean() * 100
completeness = filled.rename_axis("field").reset_index(name="percent")

# %% q5
cases = lines.drop_duplicates("case_id")
delay = (cases["report_date"] - cases["seizure_date"]).dt.days
on_time = (delay <= 30).mean() * 100

# %% q6
to_return = set(problems[problems["rule"] == "personal_detail"]["row"])
asked = problems[~problems["rule"].isin(["personal_detail", "label"])]
to_query = set(asked["row"]) - to_return
words = ["accept", "query", "return"]
decisions = pd.DataFrame({"decision": words, "lines": [0, 0, len(lines)]})

# %% q7
query_cases = to_query

# %% q8
in_doubt = lines[lines.index.isin(to_query)]
kg_in_doubt = in_doubt[in_doubt["unit"].isin(["kg", "g"])]["quantity"].sum()

# %% q9
note = "Your file has many errors. Please check it and upload everything again."
