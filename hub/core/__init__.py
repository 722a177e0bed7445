"""The pure core: fold, clock rules, reporting calendars, figures, checks. No I/O, no clock."""
