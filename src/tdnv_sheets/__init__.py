"""Task tracking for Vietnamese state offices, in Excel workbooks."""
