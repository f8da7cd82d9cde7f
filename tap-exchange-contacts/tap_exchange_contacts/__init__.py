"""Singer tap for Outlook contacts of Exchange / Microsoft 365."""
