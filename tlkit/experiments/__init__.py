"""A source, a target, a question; runs, comparisons, results, and the claims that rest on them."""
