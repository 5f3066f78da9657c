"""Whole pages made of several rooms' parts."""

from django.urls import URLPattern, URLResolver, path

from pages import circles_urls, settings_urls, views

app_name = "pages"
urlpatterns: list[URLPattern | URLResolver] = [
    path("jobs", views.jobs, name="jobs"),
    *circles_urls.urlpatterns,
    *settings_urls.urlpatterns,
]
