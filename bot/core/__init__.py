"""What is true and allowed. Pure: no I/O, no clock, no randomness."""
