"""Emulates Microsoft Graph v1.0 contacts, `$batch` and the Entra v2 endpoints."""
