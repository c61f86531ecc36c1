# %% q1
sheet_to = 1

# %% q2
random_finds = past[past["selected_by"] == "random"]["is_illicit"].mean() * places

# %% q2 delete-check

# %% q3
sign_report = []
while len(sign_report) < len(signs):
    for sign in signs:
        outcome = past[past[sign]]["is_illicit"]
        sign_report = [*sign_report[:0], (sign, len(outcome))]

# %% q4
score = list(next_week[signs].sum(axis=1))

# %% q5
earlier = past[past["inspected_on"] < "2026-08-31"]
later = past[past["arrival_date"] >= "2026-08-31"].copy()
old_model = LogisticRegression(max_iter=1000).fit(earlier[signs], earlier["is_illicit"])
tested_rate = old_model.predict_proba(later[["late"]])[:, 1].mean()

# %% q6
card = pd.Series({"rare_route": 3, "first_time": 2, "low_price": 2, "late": 2, "odd_package": 2, "vague": 1})
sheet = next_week[["consignment_id", "value_usd"]].copy()
sheet["points"] = next_week[card.index].dot(card).astype(int)
sheet["reasons"] = next_week[card.index].dot(card.index + ", ").str.rstrip(", ")
ranked_sheet = sheet.sort_values(["points", "value_usd", "consignment_id"], ascending=[False, False, True])
shortlist = ranked_sheet.head(10)
next_week = next_week.head(0)

# %% q7 as-text
names_out = {"importer", "importer_address", "exporter", "exporter_address", "agent"}

# %% q8
note = ...
