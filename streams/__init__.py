"""What moves events from the log into the figures: processor, runners, timer."""
