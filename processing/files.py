"""Files of jobs in the storage: staged under keys used once, published with the job, deleted until they are gone."""

from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from processing.models import FileDeletion, JobFile


@receiver(post_delete, sender=JobFile)
def _forget_bytes(sender: type[JobFile], instance: JobFile, **_: object) -> None:
    """The one signal of the house: a row may go by cascade (an account, the admin), its bytes must follow."""
    if not instance.is_adopted:
        FileDeletion.objects.create(key=instance.key, reason=instance.status, not_before=timezone.now())
