"""The description of the JSON API and exchange with other systems."""
