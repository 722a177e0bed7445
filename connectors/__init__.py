"""Sources of events: one file per kind of source, one pump."""
