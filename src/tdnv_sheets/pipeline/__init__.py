"""The order of the steps: issue, check, ingest, sync, draw, summarise. The command line has nothing that these lack."""
