"""Door: HTTP. The carrier's webhooks and the health of the line."""
