"""Clusters of any size as rendered JSON on disk: planned by a seed, never held as Python objects."""
