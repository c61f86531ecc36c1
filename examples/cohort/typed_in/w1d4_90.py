# %% q1 typed-in
# %% q2 typed-in
# %% q3 typed-in
# %% q4 typed-in
# %% q5 typed-in
# %% q6 typed-in
# %% q7 typed-in
# %% q8 typed-in
