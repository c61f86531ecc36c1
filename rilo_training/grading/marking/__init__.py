"""Written answers: the marks that people give, and the sheets in which they give them."""
