"""The map of one scene tile by tile, each an order that any worker can do: memory is bounded, and nothing is lost."""
