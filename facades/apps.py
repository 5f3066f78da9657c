from django.apps import AppConfig


class FacadesConfig(AppConfig):
    name = "facades"
    verbose_name = "Facades"

    def ready(self) -> None:
        """Tell the rooms below what this one brings: recipes, the options of renders, what goes after a time."""
        from artworks.options import OPTIONS
        from facades.actions import retention
        from facades.options import RenderOptionsSerializer
        from facades.recipes import render, webhook  # noqa: F401 - register themselves
        from processing import reconciler

        OPTIONS["render"] = RenderOptionsSerializer
        reconciler.every(600)(retention.forget_old_renders)
