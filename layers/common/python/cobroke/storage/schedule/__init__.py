"""What falls due, and how far the scheduled runs have come."""
