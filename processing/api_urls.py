"""API routes of this room."""

from django.urls import URLPattern, URLResolver, path

from processing import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/ticket", api.TicketView.as_view(), name="socket-ticket"),
    path("processing/jobs", api.JobListView.as_view(), name="job-list"),
    path("processing/jobs/<uuid:job_id>", api.JobView.as_view(), name="job-detail"),
    path("processing/jobs/<uuid:job_id>/cancel", api.CancelView.as_view(), name="job-cancel"),
    path("processing/jobs/<uuid:job_id>/reprocess", api.ReprocessView.as_view(), name="job-reprocess"),
    path("processing/jobs/<uuid:job_id>/files/<str:name>", api.JobFileView.as_view(), name="job-file"),
]
