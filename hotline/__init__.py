"""Hotline: one phone number for a neighbourhood, by text and by call, in Spanish and English."""

__version__ = "0.1.0"
