"""What the patient agreed to, when and in which wording."""
