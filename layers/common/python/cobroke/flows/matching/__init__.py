"""The list of one posting, as of now."""
