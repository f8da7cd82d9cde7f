"""Outlook contacts over Microsoft Graph: no Singer, no sync store."""
