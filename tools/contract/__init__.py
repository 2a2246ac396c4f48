"""The parts that tools/openapi.py writes the contract with."""
