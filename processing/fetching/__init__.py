"""Fetching what a person named by its address, without ever touching the network this server stands in. No Django."""
