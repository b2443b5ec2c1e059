"""How counts become figures, points, ranks and drawings: pure functions."""
