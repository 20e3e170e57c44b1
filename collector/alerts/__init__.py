"""What should a person be told without asking: found by rules, kept in the store, delivered until taken."""
