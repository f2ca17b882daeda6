"""Studies on disk, and labels that survive a crash."""
