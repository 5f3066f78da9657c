"""What a recipe writes into its request so that its child finds the installed models and knows how to run them."""

from typing import Any

from django.conf import settings


def model_request(*, device: str = "cpu") -> dict[str, Any]:
    """The value of ``request["models"]``; ``device`` is the recipe's, "cpu" or "gpu". Plain JSON data."""
    return {
        "root": str(settings.MODELS_DIR),
        "wants_gpu": device == "gpu" and not settings.AI_FORCE_CPU,
        "gpu_memory_mb": settings.GPU_MEM_MB,
        "budget_mb": settings.MODEL_MEMORY_MB,
        "idle_seconds": float(settings.MODEL_IDLE_SECONDS),
    }
