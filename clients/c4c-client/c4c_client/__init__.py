"""SAP Cloud for Customer OData V2 over HTTP: no Singer, no sync store."""
