"""The headers by which a piece of a backup says how far it goes."""

LAST_RECORD = "Hub-Last-Record"
"""The last record of the log that is in the piece."""

CHECKSUM_BEFORE = "Hub-Checksum-Before"
"""The checksum, in hex, of the record before the piece; empty: it has none."""

NEXT_UNIT, NEXT_SUBJECT = "Hub-Next-Unit", "Hub-Next-Subject"
"""The dossier after which the next piece begins; left out by the last one."""
