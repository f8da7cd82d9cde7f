"""Strict emulators of Microsoft Graph contacts and SAP C4C, for development only."""
