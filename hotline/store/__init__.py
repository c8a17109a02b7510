"""Memory: PostgreSQL tables and small functions over them, one module a noun; and the queue."""
