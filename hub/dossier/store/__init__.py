"""Dossiers in the store: their facts, and every question about them."""
