"""Masks as things: named parts of a scene, each with how it was made, chosen for what they govern."""
