"""How long the changes of a market are kept, and how far back one reads them."""

CHANGES_KEPT_S = 30 * 24 * 3600
LONGEST_MS = (CHANGES_KEPT_S - 24 * 3600) * 1000
"""So far back all changes are surely still there."""
OVERLAP_MS = 60_000
"""A change commits at most 20 s after its time, by a clock at most 5 s off: so far back none is
missed.
"""
