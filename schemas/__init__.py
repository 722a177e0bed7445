"""What crosses the hub's borders: event models, answers, generated JSON Schema and examples."""
