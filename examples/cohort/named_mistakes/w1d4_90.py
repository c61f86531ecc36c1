# %% q1
receivers = "b"

# %% q2
in_half_year = lines[lines["case_id"].isin(half_year["case_id"]) & (lines["section"] == "Drugs")]
top_four = in_half_year["commodity"].value_counts().head(4)
figure_1 = sns.barplot(top_four, orient="h")
plt.xlabel("cases")
figure_1.alt_text = "Bars of the four largest commodities of drugs, the largest on top of them."
plt.show()

# %% q3
month = drugs["seizure_date"].dt.month.rename("month")
year = drugs["seizure_date"].dt.year.rename("year")
by_month = drugs.groupby([month, year])["case_id"].nunique().unstack()
same_months = by_month.loc[1:9, [2025, 2026]]
figure_2 = same_months.plot(ylabel="cases a month")
plt.show()

# %% q4
ways = ["In mail", "In baggage", "In transport", "In express courier", "In freight"]
four = half_year[half_year["commodity"].isin(top_four.index)]
hidden = pd.crosstab(four["commodity"], four["concealment"], normalize="columns")[ways] * 100
figure_3 = sns.heatmap(hidden, annot=True, cbar_kws={"label": "%"})
plt.show()

# %% q5
twelve = drugs[(drugs["seizure_date"] >= "2025-07-01") & (drugs["seizure_date"] < "2026-07-01")]
route = twelve["departure_country"] + " to " + twelve["destination_country"]
routes = twelve.groupby(route)["case_id"].nunique()
eight = routes.sort_values(ascending=False, kind="stable").head(8)
figure_4 = sns.barplot(eight, orient="h")
plt.xlabel("cases")
plt.show()

# %% q6
known = twelve[(twelve["departure_country"] != "Unknown")]
known = known[known["destination_country"] != "Unknown"]
known = known[known["departure_country"] != known["destination_country"]]
route = known["departure_country"] + " to " + known["destination_country"]
eight = known.groupby(route)["case_id"].nunique().nlargest(8)
shown_share = eight.sum() / len(known) * 100

# %% q7
must_not_go = {"b"}

# %% q8
bulletin = """Message: smugglers moved to the mail because airports are better controlled. Figure 1. Cases.
Figure 2. Months. Figure 3. Hiding. Figure 4. Routes, see case AP-2026-900001. Share with everybody."""
