"""Singer target for Outlook contacts of Exchange / Microsoft 365."""
