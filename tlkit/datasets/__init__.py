"""Labelled problems: the tasks that the kit ships, draws or fetches, and a person's own."""
