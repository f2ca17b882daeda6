"""What needs no learning: layers that are computed from a cube by formulas and statistics. Neither torch nor Qt."""
