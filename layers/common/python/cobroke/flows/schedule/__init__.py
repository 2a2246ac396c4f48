"""What a scheduled run does."""
