"""The flow engine: what callers read and hear, as checked data, and one pure function over it."""
