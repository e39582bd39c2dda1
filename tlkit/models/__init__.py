"""Networks as ordered lists of stages, and the weights that they come with."""
