"""A photo as layers one behind the other that lie on each other as the photo, to the last bit."""
