"""Realtors who leave: erased at their own wish, or suspended by the operator."""
