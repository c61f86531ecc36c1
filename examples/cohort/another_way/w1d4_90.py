# %% q1
proposals = {"contact points": "a", "and the public": "b", "only some": "c", "and couriers": "d"}
receivers = proposals["contact points"]

# %% q2
top_four = half_year["commodity"].value_counts(sort=True).nlargest(4)
page, figure_1 = plt.subplots()
figure_1.barh(list(top_four.index), list(top_four.values), color="#444444")
figure_1.invert_yaxis()
figure_1.set_xlabel("Number of drug cases")
page.alt_text = (
    "Four lying bars, one for each of the largest groups of drugs, from the most cases to the fewest."
)

# %% q3 own
from rilo_training.charts import bars, heat_map

# %% q3
rows = drugs.assign(month=drugs["seizure_date"].dt.month, year=drugs["seizure_date"].dt.year)
rows = rows[rows["month"].between(1, 6) & rows["year"].isin([2025, 2026])]
same_months = rows.pivot_table(index="month", columns="year", values="case_id", aggfunc="nunique")
long = rows.groupby(["month", "year"], as_index=False)["case_id"].nunique()
figure_2 = sns.lineplot(long, x="month", y="case_id", hue="year", palette=["#999999", "#0b5394"])
figure_2.set(ylabel="cases in the month", xlabel="month of the seizure")
figure_2.figure.alt_text = (
    "A line for 2025 and a line for 2026, with the drug cases of each month from January to June."
)

# %% q4
ways = ["In mail", "In baggage", "In transport", "In express courier", "In freight"]
ours = half_year[half_year["commodity"].isin(list(top_four.index))]
counted = ours.groupby(["commodity", "concealment"]).size().unstack(fill_value=0)
hidden = counted.div(ours["commodity"].value_counts(), axis=0)[ways].mul(100)
table = hidden.stack().rename("share").reset_index()
figure_3 = heat_map(table, "commodity", "concealment", "share", unit="%")

# %% q5
twelve = drugs[(drugs["seizure_date"] >= "2025-07-01") & (drugs["seizure_date"] < "2026-07-01")]
ends = twelve[["case_id", "departure_country", "destination_country"]].drop_duplicates()
ends = ends[~ends[["departure_country", "destination_country"]].isin(["Unknown"]).any(axis=1)]
ends = ends.query("departure_country != destination_country")
counts = {}
for one, other_end in zip(ends["departure_country"], ends["destination_country"]):
    name = f"{one} to {other_end}"
    counts[name] = counts.get(name, 0) + 1
ranking = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:8]
eight = pd.Series(dict(ranking), name="cases").rename_axis("route")
figure_4 = bars(eight.reset_index(), "route", "cases", unit="cases")

# %% q6
shown_share = round(100 * sum(eight.tolist()) / twelve["case_id"].nunique(), 1)

# %% q7
must_not_go = set("bdf")

# %% q8
mail_share = hidden.loc[top_four.index[0], "In mail"]
year_sums = same_months.sum()
print(top_four, year_sums, mail_share, eight, sep="\n")
sentences = [
    f"Message: most drug cases of January to June 2026 are {top_four.index[0]}, and the Members",
    f"reported {compared} in the same months of 2025.",
    f"Figure 1. January to June 2026: look at the first bar, {top_four.index[0]} with",
    f"{top_four.iloc[0]} cases.",
    f"Figure 2. January to June of two years: {year_sums[2025]:.0f} cases in 2025 and",
    f"{year_sums[2026]:.0f} in 2026. Later months are not complete.",
    f"Figure 3. January to June 2026: look at the first column. {mail_share:.0f} per cent of the",
    f"{top_four.index[0]} cases were hidden in mail. Other ways have no column.",
    f"Figure 4. July 2025 to June 2026: the route {eight.index[0]} has {eight.iloc[0]} cases. The",
    f"eight bars show {shown_share:.1f} per cent of all drug cases of these twelve months.",
    "Limits: reporting is voluntary, so a silent Member has no route here. Some reports of May and",
    "June may still come, so the last two points may rise.",
    "Handling: this page is for the national contact points of all Members. They may pass it on to",
    "their targeting centres, and to nobody else. For details write to the RILO. It asks the owner",
    "of the record first. The data are synthetic.",
]
bulletin = " ".join(sentences)
