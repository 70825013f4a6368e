"""How calls sounded and looked: samples from both ends, a score of the speech, what was missing."""
