"""Cobroke: realtors close deals together. What the functions share."""
