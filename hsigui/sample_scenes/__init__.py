"""Public scenes that are fetched when the user asks for them: what there is, what is here, and how it comes."""
