"""Planted mistakes: does a test or a claim notice each? ``python -m tests.mutations`` plants them one by one."""
