"""Deals: what the two sides do about a pair, and what becomes of it."""
