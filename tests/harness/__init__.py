"""One world for the system tests: both emulators, a store, and sessions of the real plugins."""
