"""Training of the reading model; never imported at run time."""
