"""Everything that is drawn: workbooks out."""
