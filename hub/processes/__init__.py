"""The processes of a hub: which parts each has, how they are opened, and how they end."""
