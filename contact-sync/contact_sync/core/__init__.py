"""Pure decisions of the sync: no clock, no network, no disk, no configuration."""
