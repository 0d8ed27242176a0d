"""What people who have no Python are given: one archive a platform, and the manifests by which krew finds it."""
