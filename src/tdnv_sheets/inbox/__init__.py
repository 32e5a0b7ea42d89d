"""The folders of the office and what lies in them."""
