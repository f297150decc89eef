"""Read flags, call one flow, print, exit; decides nothing."""
