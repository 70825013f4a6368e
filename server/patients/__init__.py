"""The patient: who they are, by which papers, who speaks for them, and merging."""
