"""The carrier's REST API: its resources as JSON, its errors, its refusals."""
