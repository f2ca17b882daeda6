"""What many scenes will cost, before any of them is worked on: found, measured on a tile, and reckoned. Loads no torch,
but for `trial`, which runs in a process of its own."""
