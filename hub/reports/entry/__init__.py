"""Entry of indicators: what a form needs of a unit, the template that asks for it, and reading it
back. A filled-in template becomes ordinary statements, all of them or none."""
