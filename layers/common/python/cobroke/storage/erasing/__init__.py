"""What an erasure keeps of itself: its job, and for a while what protects others."""
