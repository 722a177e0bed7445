"""The compose file and the image."""
