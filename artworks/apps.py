from django.apps import AppConfig


class ArtworksConfig(AppConfig):
    name = "artworks"
    verbose_name = "Artworks"

    def ready(self) -> None:
        """Tell the rooms below what this one brings: recipes, pipelines, clean-up, files to verify."""
        from artworks import (
            pipelines,  # noqa: F401 - registers itself
            showing,
        )
        from artworks.actions import keeping, previewing, sharing
        from artworks.actions import picturing as pictures
        from artworks.models import ArtworkFile, HandMask
        from artworks.recipes import as_it_is, enhance, iris, layers, painterly, preview  # noqa: F401 - register themselves
        from circles import consequences, feed, picturing, reporting
        from photos import verification
        from photos.consequences import photos_purging
        from processing import reconciler

        consequences.account_deleting.then(keeping.forget_owner)
        consequences.opted_out.then(keeping.forget_irises)
        consequences.member_left.then(sharing.forget_member)
        reporting.register("item", reporting.Reportable(showing.reported, sharing.take_out))
        picturing.painted_by(pictures.pictures_of)
        feed.say(sharing.SHARED, sharing.words)
        feed.draw(sharing.SHARED, showing.pictures_of_news)
        photos_purging.then(keeping.forget_masks_of)
        photos_purging.then(sharing.forget_photos)
        reconciler.every(60)(previewing.forget_old_previews)
        reconciler.every(3600)(keeping.sweep_masks)
        for model in (ArtworkFile, HandMask):
            verification.watch(model)
