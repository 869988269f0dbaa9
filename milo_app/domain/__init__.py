"""Rules and values. Plain Python: no clock, no randomness, no I/O; the present time is an argument."""
