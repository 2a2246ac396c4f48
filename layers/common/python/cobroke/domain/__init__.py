"""The business, in pure values and rules: no AWS, no environment, no clock, no randomness."""
