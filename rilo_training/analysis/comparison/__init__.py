"""Fair comparison: who drives a change, how certain it is, and what is not reported yet."""
