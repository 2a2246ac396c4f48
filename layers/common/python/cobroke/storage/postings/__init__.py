"""Leads and properties as they are kept, with what counts and bounds them."""
