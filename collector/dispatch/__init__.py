"""Who carries the work: one machine or many."""
