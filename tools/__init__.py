"""What maintainers run: execute notebooks, check what they store, vendor browser libraries."""
