from django.apps import AppConfig

EXPIRY_SECONDS = 10
NOTICE_SECONDS = 60


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = "Consent"

    def ready(self) -> None:
        """Whatever ends a permission in the rooms below ends it here, in their transaction."""
        from artworks import consequences as artworks
        from artworks import subjects
        from circles import consequences as circles
        from consent import consequences, sharing, tombstones
        from consent.actions import ending
        from processing import reconciler
        from processing.upkeep import afterwards

        circles.member_left.then(ending.end_for_member)
        circles.blocked.then(ending.end_between)
        circles.account_deleting.then(ending.end_for_account)
        artworks.going.then(ending.who_hears)
        artworks.artworks_deleting.then(ending.end_for_artworks)
        artworks.offers_ended.then(ending.refuse_for_ended_offers)
        artworks.artworks_unshared.then(ending.end_for_unshared)
        artworks.subject_changed.then(ending.end_for_new_subject)
        consequences.withdrawn.then(tombstones.remember_ended)
        consequences.withdrawn.then(sharing.take_out)
        consequences.narrowed.then(sharing.take_out_for)
        subjects.kept_by(sharing.require_words)
        circles.account_deleting.then(tombstones.remember_erased)
        afterwards.after_restore(tombstones.replay)
        reconciler.every(EXPIRY_SECONDS)(ending.expire_consents)
        reconciler.every(NOTICE_SECONDS)(ending.supersede_consents)
