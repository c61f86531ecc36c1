# %% q1
sheet_to = "c"

# %% q2
random_finds = past["is_illicit"].mean() * places

# %% q3
sign_report = pd.DataFrame(
    {"inspected": past[signs].sum(), "finds": past[past["is_illicit"]][signs].sum()}
).rename_axis("sign")
sign_report["lift"] = sign_report["finds"] / sign_report["inspected"]

# %% q4
model = LogisticRegression(max_iter=1000).fit(past[signs], past["is_illicit"])
score = pd.Series(model.predict_proba(next_week[signs])[:, 0], index=next_week["consignment_id"])

# %% q5
earlier = past[past["inspected_on"] < "2026-08-31"]
later = past[past["arrival_date"] >= "2026-08-31"].copy()
old_model = LogisticRegression(max_iter=1000).fit(earlier[signs], earlier["is_illicit"])
later["chance"] = old_model.predict_proba(later[signs])[:, 1]
ranked = later.sort_values(["chance", "consignment_id"], ascending=[False, True])
chosen = ranked.head(round(0.10 * len(later)))
tested_rate = chosen["is_illicit"].sum() / later["is_illicit"].sum() * 100

# %% q6
card = pd.Series({"rare_route": 3, "first_time": 2, "low_price": 2, "late": 2, "odd_package": 2, "vague": 1})
sheet = next_week[["consignment_id", "value_usd"]].copy()
sheet["points"] = next_week[card.index].dot(card).astype(int)
sheet["reasons"] = next_week[card.index].dot(card.index + ", ").str.rstrip(", ")
shortlist = sheet.sort_values(["points", "value_usd", "consignment_id"], ascending=[False, False, True]).head(10)
shortlist["reasons"] = "score is high"

# %% q7
names_out = {"importer", "exporter", "agent"}

# %% q8
note = f"""We have {places} places and the score finds {tested_rate:.0f} per cent. Open the list from top to bottom.
Most of them come from one country, so they are guilty."""
