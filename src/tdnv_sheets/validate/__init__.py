"""From a read workbook to typed rows and findings."""
