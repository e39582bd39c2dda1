"""The labs: thin views over compute and draw, one a file."""
