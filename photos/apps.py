from django.apps import AppConfig


class PhotosConfig(AppConfig):
    name = "photos"
    verbose_name = "Photos"

    def ready(self) -> None:
        """Tell the rooms below what this one brings: usage, clean-up, recipes, sweeps."""
        from circles import consequences, quota
        from photos.actions.library import forget_owner
        from photos.models import Original
        from photos.recipes import ingest  # noqa: F401 - registers itself

        quota.counts(Original.objects.bytes_of)
        consequences.account_deleting.then(forget_owner)
        _register_sweeps()


def _register_sweeps() -> None:
    from photos import sweeps
    from processing import reconciler

    reconciler.every(60)(sweeps.sweep_uploads)
    reconciler.every(600)(sweeps.sweep_bins)
