"""Masks of a scene: made, listed, joined, and chosen for what they govern."""
