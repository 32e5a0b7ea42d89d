"""Counting for the periodic reports."""
