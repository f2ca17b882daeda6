"""Where air takes light away, in nm: one table for all that ask."""

from __future__ import annotations

WATER_NM = ((1340.0, 1450.0), (1790.0, 1970.0))
"""Where water vapour leaves no light from the ground: from one end to the other, in nm."""
OXYGEN_NM = (735.0, 760.5, 790.0)
"""The narrow band of oxygen (A), between shoulders where air takes nothing: from, centre, to, in nm."""
