# %% q1 typed-in
# %% q2
top_four = pd.Series(
    {
        "Psychotropic substances": 601,
        "Cannabis": 477,
        "Opioids and Opiates": 246,
        "New Psychoactive Substances": 148,
    }
)
figure_1 = sns.barplot(top_four, orient="h")
plt.xlabel("cases")
figure_1.alt_text = "Lying bars of the four largest commodities of drugs, with the most cases on top."
plt.show()

# %% q3
same_months = pd.DataFrame(
    {2025: [283, 206, 265, 255, 276, 256], 2026: [291, 254, 261, 241, 263, 291]},
    index=[1, 2, 3, 4, 5, 6],
)
figure_2 = same_months.plot(ylabel="cases a month")
figure_2.alt_text = "Two lines of drug cases by month, January to June, of 2025 and of 2026."
plt.show()

# %% q4
ways = ["In mail", "In baggage", "In transport", "In express courier", "In freight"]
names = ["Cannabis", "New Psychoactive Substances", "Opioids and Opiates", "Psychotropic substances"]
shares = [[50, 13, 6, 1, 3], [75, 3, 2, 3, 5], [33, 9, 14, 23, 4], [52, 19, 11, 2, 4]]
hidden = pd.DataFrame(shares, index=names, columns=ways)
figure_3 = sns.heatmap(hidden, annot=True, cbar_kws={"label": "% of the cases"})
figure_3.alt_text = "Heat map: four drugs by five ways of hiding, shares of the cases in per cent."
plt.show()

# %% q5
eight = pd.Series(
    {
        "US to FJ": 68,
        "US to MV": 45,
        "US to KH": 42,
        "US to TH": 36,
        "KH to TH": 25,
        "US to MY": 23,
        "US to NZ": 23,
        "TH to KH": 21,
    }
)
figure_4 = sns.barplot(eight, orient="h")
plt.xlabel("cases in twelve months")
figure_4.alt_text = "Bars of the eight strongest drug routes in twelve months. First is US to FJ."
plt.show()

# %% q6 typed-in
# %% q7 typed-in
# %% q8 typed-in
