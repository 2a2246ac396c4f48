"""Two realtors agree."""
