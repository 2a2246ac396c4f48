"""Notices: what realtors are told, and when."""
