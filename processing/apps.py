from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = "Jobs"

    def ready(self) -> None:
        from processing import files  # noqa: F401 - connects the clean-up of files
