"""The labs and other controls of the notebooks: each a thin view of something that works without it."""
