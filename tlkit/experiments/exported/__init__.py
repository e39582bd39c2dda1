"""A model that others can load: written to a folder of plain files, and read again."""
