"""A whole market matched in memory, for runs over all of its objects: the very lists of
`domain.selection`.
"""
