"""Leads and properties: their life, and what the score and the market know of them."""
