"""API routes of this room."""

from django.urls import URLPattern, URLResolver, path

from circles import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token", api.TokenView.as_view(), name="auth-token"),
    path("auth/tokens", api.TokensView.as_view(), name="auth-tokens"),
    path("auth/tokens/<uuid:token_id>", api.TokenDetailView.as_view(), name="auth-token-detail"),
    path("auth/signup", api.SignUpView.as_view(), name="auth-signup"),
    path("auth/reset", api.ResetView.as_view(), name="auth-reset"),
    path("me", api.MeView.as_view(), name="me"),
    path("me/opt-ins", api.OptInsView.as_view(), name="opt-ins"),
    path("me/opt-ins/<str:purpose>", api.OptInView.as_view(), name="opt-in"),
]
