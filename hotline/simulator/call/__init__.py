"""Telephone calls: legs, and the machine that executes voice documents on them."""
