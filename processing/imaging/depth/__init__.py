"""How near things are, from one photo: geometric cues without any weights."""
