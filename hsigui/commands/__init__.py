"""The commands, a module each, and what they share. Nothing here is loaded before a command runs, but the parser."""
