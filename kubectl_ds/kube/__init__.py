"""The only door to a cluster: sessions, transport, paged reads, watches, the bundled sample."""
