"""Motcua Hub: dossier events in, exact figures out."""
