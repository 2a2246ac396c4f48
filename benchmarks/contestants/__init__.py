"""Whoever answers requests in a process of its own: ours, the naive stack, the first build."""
