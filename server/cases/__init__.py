"""The pages that show a whole case: the patient over time, the request, the meeting."""
