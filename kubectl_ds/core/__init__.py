"""Pure: a snapshot in, a report out. No I/O, no clock, no environment."""
