"""What tools/openapi.py writes the contract with."""
