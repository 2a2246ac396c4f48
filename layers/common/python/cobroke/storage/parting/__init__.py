"""What parts realtors: blocks, and whoever asks of them."""
