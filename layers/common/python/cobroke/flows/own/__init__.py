"""What realtors do with their own data."""
