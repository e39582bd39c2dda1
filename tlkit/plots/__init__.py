"""Estimates and arrays in, a picture with its numbers in words out."""
