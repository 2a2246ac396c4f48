"""What two functions share and one module of storage cannot do alone."""
