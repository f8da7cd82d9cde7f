"""Emulator of the SAP Cloud for Customer OData V2 service `c4codataapi`."""
