from django.apps import AppConfig


class FusionConfig(AppConfig):
    name = "fusion"
    verbose_name = "Fusions"

    def ready(self) -> None:
        """Tell the rooms below what this one brings: recipes, words for the feed, what follows a consent."""
        from artworks import sheets
        from circles import consequences, feed, reporting
        from consent import consequences as consents
        from consent import works
        from fusion import drawing, following
        from fusion import reporting as reports
        from fusion.actions import ending, making, masking, previewing
        from fusion.models import FusionFile, FusionMask
        from fusion.recipes import composition, fusion, parts, preview  # noqa: F401 - register themselves
        from photos import verification
        from processing import reconciler

        sheets.OTHERS["fusion"] = drawing.every_layout_and_mode
        feed.say(parts.FUSED, following.sentence)
        feed.draw(parts.FUSED, following.pictures_of_news)
        consequences.account_deleting.then(ending.forget_creator)
        consequences.account_deleting.then(masking.forget_masks)
        consequences.member_left.then(ending.leave_circle)
        consents.granted.then(following.consent_granted)
        consents.refused.then(following.consent_refused)
        consents.withdrawn.then(following.consents_withdrawn)
        consents.narrowed.then(following.consents_narrowed)
        reporting.register("fusion", reporting.Reportable(reports.reported, reports.take_out))
        works.told_by(following.works)
        reconciler.every(15)(making.start_all_waiting)
        reconciler.every(60)(previewing.forget_old_previews)
        reconciler.every(3600)(masking.sweep_masks)
        for model in (FusionFile, FusionMask):
            verification.watch(model)
