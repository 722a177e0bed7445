"""Reports: forms in YAML, their cells reckoned from figures and indicators, and their printing."""
