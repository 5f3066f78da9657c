"""Installed models behind the interfaces of the engines they replace."""
