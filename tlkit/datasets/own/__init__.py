"""A person's own data: a folder of pictures, or a table of texts."""
