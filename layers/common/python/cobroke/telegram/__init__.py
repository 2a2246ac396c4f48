"""What we and Telegram say to each other: proofs of identity in, messages out."""
