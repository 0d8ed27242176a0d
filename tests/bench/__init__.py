"""The bench itself: what it serves, measures, checks and writes."""
