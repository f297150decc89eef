"""Plain frozen values and the protocols between them; no input, no output."""
