"""The carrier's XML: which words it knows, reading documents, executing messaging documents."""
