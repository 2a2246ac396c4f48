"""What the market answers beyond its lists: which change of a lead makes more listings fit, and
which buyers a listing has at which price. Pure functions over a reading of a market.
"""
