"""Leads and properties: what the score and the market know of them."""
