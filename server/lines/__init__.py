"""What the line of a place carries: measurements over time, a verdict, a light beside its name."""
