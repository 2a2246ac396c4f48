"""The edge: what comes in is checked and named, what goes out is put into words. Nothing is decided
here.
"""
