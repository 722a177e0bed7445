"""Connectors: from the systems that exist into a hub.

One mapping, one differ, one pump; a folder for each kind of source.
"""
