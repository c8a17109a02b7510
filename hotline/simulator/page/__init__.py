"""The phone page: several pretend phones side by side."""
