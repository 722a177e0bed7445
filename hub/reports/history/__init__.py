"""Reports that were printed before the hub: entered as stated, told beside what is counted, and
never put together with it.
"""
