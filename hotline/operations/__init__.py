"""Verbs: what the hotline does, over store and flow, asking the outside only through ports."""
