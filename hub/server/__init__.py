"""The HTTP server around the application: sockets, limits, its own errors, the request log."""
