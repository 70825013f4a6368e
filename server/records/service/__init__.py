"""The verbs of a record: draft, sign, amend, respond, report the result."""
