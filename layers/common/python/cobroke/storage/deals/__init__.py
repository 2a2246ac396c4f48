"""Pairs and matches as they are kept."""
