"""Addresses under /circles."""

from django.urls import path

from pages import circles_views as views
from pages import safety_views as safety
from pages import sharing_views as sharing

urlpatterns = [
    path("circles", views.circles_page, name="circles"),
    path("circles/<uuid:circle_id>", views.circle_page, name="circle"),
    path("circles/<uuid:circle_id>/edit", views.edit, name="circle_edit"),
    path("circles/<uuid:circle_id>/delete", views.delete, name="circle_delete"),
    path("circles/<uuid:circle_id>/leave", views.leave, name="circle_leave"),
    path("circles/<uuid:circle_id>/handover", views.hand_over, name="circle_hand_over"),
    path("circles/<uuid:circle_id>/invite", views.invite, name="circle_invite"),
    path("circles/<uuid:circle_id>/members/<uuid:person_id>/role", views.change_role, name="circle_change_role"),
    path("circles/<uuid:circle_id>/members/<uuid:person_id>/remove", views.remove, name="circle_remove"),
    path("circles/<uuid:circle_id>/items", sharing.items, name="circle_items"),
    path("circles/<uuid:circle_id>/items/unshare", sharing.unshare, name="circle_unshare"),
    path("circles/<uuid:circle_id>/items/<uuid:item_id>", sharing.item, name="circle_item"),
    path("circles/<uuid:circle_id>/items/<uuid:item_id>/report", safety.report, name="circle_report"),
    path("circles/<uuid:circle_id>/fusions/<uuid:fusion_id>/report", safety.report_fusion, name="circle_fusion_report"),
    path("circles/<uuid:circle_id>/members/<uuid:person_id>/block", safety.block, name="circle_block"),
    path("circles/<uuid:circle_id>/picture", sharing.picture, name="circle_picture"),
    path("share", sharing.share, name="share"),
    path("invitations/<uuid:invitation_id>/revoke", views.revoke, name="circle_revoke"),
]
