"""What a worker process does besides working: signs of life, and leaving in time."""

from dramatiq import Middleware


class Presence(Middleware):
    """Signs of life of one worker process."""
