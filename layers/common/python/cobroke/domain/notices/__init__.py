"""What realtors are told, and when."""
