"""Nouns and rules: pure, without a clock, without chance, without input or output."""
