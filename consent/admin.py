"""Consents and their ledger for those who run the server: to read. Nobody answers for somebody else."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from consent.models import Consent, ConsentEvent, ConsentEvidence


class _ToRead(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentEvent)
class LedgerAdmin(_ToRead):
    """The ledger. ``manage.py verify_consents`` says whether it is whole."""

    list_display = ("at", "event", "record_id", "sequence", "purpose", "scope", "recipient_kind", "method", "reason")
    list_filter = ("event", "purpose", "scope", "method")
    date_hierarchy = "at"
    search_fields = ("=record_id", "=receipt_id", "=subject_ref", "=artwork_ref")
    search_help_text = "A whole id of a record, a receipt, a person as the ledger knows them, or an artwork."
    ordering = ("-at", "-sequence")


@admin.register(Consent)
class ConsentAdmin(_ToRead):
    """What stands now; what was said with a question, and the picture, stay between the two."""

    fields = (
        "id", "granter", "role", "requester", "recipient", "circle", "artwork_ref", "scope", "scope_circle", "work_id",
        "purpose", "is_implicit", "state", "epoch", "sequence", "head_hash", "notice_version", "valid_until",
        "asked_at", "changed_at",
    )  # fmt: skip
    readonly_fields = fields
    list_display = ("id", "state", "granter", "requester", "purpose", "scope", "valid_until", "changed_at")
    list_filter = ("state", "purpose", "scope", "is_implicit")
    list_select_related = ("granter", "requester")
    search_fields = ("=id", "=granter__email", "=requester__email", "=artwork_ref")
    ordering = ("-changed_at", "-id")


@admin.register(ConsentEvidence)
class EvidenceAdmin(_ToRead):
    """From where answers came, as long as their people are here."""

    list_display = ("event_id", "user", "address", "user_agent")
    search_fields = ("=event_id", "=user__email")
    list_select_related = ("user",)
