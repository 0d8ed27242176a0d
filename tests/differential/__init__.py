"""Random clusters from seeds, held against what a real control plane does to them."""
