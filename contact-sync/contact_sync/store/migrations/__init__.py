"""Numbered Alembic migrations of the sync store; forward only."""
