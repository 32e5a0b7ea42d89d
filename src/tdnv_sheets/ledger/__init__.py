"""The memory of the office: revisions, cells, conflicts."""
