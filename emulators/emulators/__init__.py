"""Strict emulators of Microsoft Graph contacts and SAP C4C, for development only.

Each service is one object that fulfils `emulators.server.Service`.
`emulators.server.EmulatorServer` puts it on a TLS port; `python -m emulators serve` starts both.
"""
