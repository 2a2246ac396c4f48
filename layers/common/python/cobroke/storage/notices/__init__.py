"""Notices and the ledger of alerts as they are kept, and who pushes them."""
