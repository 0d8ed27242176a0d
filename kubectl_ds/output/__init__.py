"""A report and a style in, text out."""
