"""Lessons as pages that need no kernel: what they say, and labs that answer from what was computed beforehand."""
