"""Tries of what no test of every day can afford: Binder's steps under its limits, and a class on one JupyterHub."""
