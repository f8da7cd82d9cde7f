"""Shared mapper, sync store and CLI of the two-way contact sync."""
