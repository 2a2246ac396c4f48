"""Markets and rankings as they are kept, and in memory."""
