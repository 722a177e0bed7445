"""What every adapter of a port must do: test classes to subclass."""
