"""The stored facts and figures of dossiers against the events."""
