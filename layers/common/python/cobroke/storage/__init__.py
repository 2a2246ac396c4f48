"""What is kept, where and how: keys and queries over the one table."""
