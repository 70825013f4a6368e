"""The request and its queue: gate, triage, offers, deadlines."""
