"""Score, market and ranking: which counterparts a posting has, and the best of them, read from a
packed market (`selection`) or found in one that is indexed (`lead_index`, `listing_index`).
"""
