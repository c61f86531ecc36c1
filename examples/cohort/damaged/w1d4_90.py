# %% q1
receivers = "a"

# %% q2
top_four = half_year["commodity"].value_counts().head(4)
figure_1 = top_four.sort_values().plot.barh(xlabel="cases")
figure_1.alt_text = "Lying bars of drug cases in the first half of the year, four commodities."

# %% q2 delete-check

# %% q3 as-text
month = drugs["seizure_date"].dt.month.rename("month")
year = drugs["seizure_date"].dt.year.rename("year")
same_months = drugs.groupby([month, year])["case_id"].nunique().unstack().loc[1:6, [2025, 2026]]
figure_2 = same_months.plot(ylabel="cases")
figure_2.alt_text = "Two lines, one for 2025 and one for 2026, with the cases of each month."

# %% q4
hidden = pd.crosstab(half_year["commodities"], half_year["concealment"], normalize="index") * 100
figure_3 = sns.heatmap(hidden)

# %% q5
twelve = drugs[(drugs["seizure_date"] >= "2025-07-01") & (drugs["seizure_date"] < "2026-07-01")]
start, end = twelve["departure_country"], twelve["destination_country"]
abroad = twelve[(start != "Unknown") & (end != "Unknown") & (start != end)]
route = abroad["departure_country"] + " to " + abroad["destination_country"]
eight = abroad.groupby(route)["case_id"].nunique()
eight = eight.sort_values(ascending=False, kind="stable").head(8)
sns.barplot(eight, orient="h")
plt.xlabel("cases")
plt.show()
figure_4 = plt.gca()
drugs = drugs.head(0)

# %% q6
shown_share = "about ten per cent"

# %% q8
bulletin = """Message: drugs are a serious problem in the region. Figure 1. Cases from January to June
2026. Figure 2. The same months of two years. Figure 3. Ways of hiding. Figure 4. Eight routes. Limits:
reporting is voluntary. Handling: for the national contact points."""
