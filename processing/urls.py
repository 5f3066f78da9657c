"""Buttons of the jobs page."""

from django.urls import path

from processing import views

app_name = "jobs"
urlpatterns = [
    path("jobs/retry-failed", views.retry_failed, name="retry_failed"),
    path("jobs/clear-done", views.clear_done, name="clear_done"),
    path("jobs/<uuid:job_id>/row", views.row, name="row"),
    path("jobs/<uuid:job_id>/cancel", views.cancel, name="cancel"),
    path("jobs/<uuid:job_id>/retry", views.retry, name="retry"),
    path("jobs/<uuid:job_id>/delete", views.delete, name="delete"),
]
