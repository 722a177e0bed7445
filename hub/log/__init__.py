"""The event log: where an accepted event gets its position and its moment, once."""
