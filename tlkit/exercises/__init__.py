"""The lessons' exercises, and the checks of what a reader answered."""
