"""The evaluation suite: fixed cases, pure scorers, a runner with a baseline, and a speed bench."""
