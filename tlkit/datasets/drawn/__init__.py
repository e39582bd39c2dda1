"""Pictures that are drawn by a program, by rules that a reader can look up."""
