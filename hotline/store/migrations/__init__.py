"""How the tables came to be what they are: Alembic revisions, and the way to run them."""
