"""The one catalogue of words that people see, Vietnamese first, English second."""
