"""The embedded PostgreSQL and Redis, and the one supervisor that starts, watches and ends them."""
