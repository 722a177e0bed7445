"""The forms in which a report is printed; each is a function of the answer, with equal bytes for an
equal answer."""
