"""What the business is: pure values and rules. No AWS, no environment, no clock, no randomness."""
