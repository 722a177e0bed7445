"""Indicators: what units state for a period, and no dossier tells (CONTRACT §1)."""
