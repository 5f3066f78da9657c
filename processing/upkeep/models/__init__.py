"""How models come to an instance and leave it again: by a person's word only."""
