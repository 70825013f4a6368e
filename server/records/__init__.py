"""What the specialist concludes and signs, and the classification it is coded in."""
