"""The real actors, and recipes made for faults: ``dramatiq tests.faults.actors``."""

import processing.actors  # noqa: F401 - sets Django up and declares the queues
import tests.faults.recipes  # noqa: F401
