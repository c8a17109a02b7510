"""Measurements: each a ratio to a ceiling of the same run on the same machine."""
