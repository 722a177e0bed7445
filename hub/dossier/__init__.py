"""Dossiers: what is said about one-stop-shop dossiers (CONTRACT §2 and §3)."""
