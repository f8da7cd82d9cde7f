"""Singer target for contacts, accounts and individual customers of SAP Cloud for Customer."""
