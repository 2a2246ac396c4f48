"""What realtors send and are shown, as pydantic reads and writes it: one model per audience."""
