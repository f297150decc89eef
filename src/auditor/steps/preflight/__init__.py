"""The preflight: is everything there that the month needs? Nothing here changes anything."""
