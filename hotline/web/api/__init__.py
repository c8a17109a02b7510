"""The interface for programs: the operations of the console as JSON, for keys with scopes."""
