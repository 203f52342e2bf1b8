"""Steppe: agencies' files in; a warehouse, a ledger and alerts out."""
