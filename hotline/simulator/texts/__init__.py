"""Texts on their way: accepting, sending, receipts, and what people write."""
