from django.apps import AppConfig

A_DAY = 24 * 3600


class CirclesConfig(AppConfig):
    name = "circles"
    verbose_name = "People and circles"

    def ready(self) -> None:
        from circles import sweeping
        from processing import reconciler

        reconciler.every(A_DAY)(sweeping.forget_expired)
