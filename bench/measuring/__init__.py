"""Whole processes: their time, their peak memory, and what they asked of the server."""
