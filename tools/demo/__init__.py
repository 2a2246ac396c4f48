"""`make demo`: a tour of the API."""
