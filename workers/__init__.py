"""Workers: processes that do in the background what the database says is waiting."""
