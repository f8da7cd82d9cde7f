"""The two planners: facts of a tap become operations for a target, through the pure core."""
