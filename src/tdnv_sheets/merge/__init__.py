"""The three-way merge of a submission with the ledger."""
