"""`python -m hub`: the command `hub`, where it is not on the PATH."""

from hub.cli import main

main()
