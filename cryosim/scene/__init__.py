"""A run as it is looked at in three dimensions: what there is to see, in which colours, and where.

Window, web view, notebook and report show the same pieces; none of them reads a result folder.
"""
