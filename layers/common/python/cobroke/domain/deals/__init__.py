"""What the two sides of a pair do about it, and what becomes of it."""
