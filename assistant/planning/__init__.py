"""Plans from stated facts: sizing, cost, data movement, placement and roadmap; pure functions, no input or output."""
