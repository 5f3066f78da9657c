"""API routes of this room."""

from django.urls import URLPattern, URLResolver, path

from circles.api import circles, people, safety

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/token", people.TokenView.as_view(), name="auth-token"),
    path("auth/tokens", people.TokensView.as_view(), name="auth-tokens"),
    path("auth/tokens/<uuid:token_id>", people.TokenDetailView.as_view(), name="auth-token-detail"),
    path("auth/signup", people.SignUpView.as_view(), name="auth-signup"),
    path("auth/reset", people.ResetView.as_view(), name="auth-reset"),
    path("me", people.MeView.as_view(), name="me"),
    path("me/opt-ins", people.OptInsView.as_view(), name="opt-ins"),
    path("me/opt-ins/<str:purpose>", people.OptInView.as_view(), name="opt-in"),
    path("me/blocks", safety.BlocksView.as_view(), name="blocks"),
    path("me/blocks/<uuid:person_id>", safety.BlockView.as_view(), name="block"),
    path("reports", safety.ReportsView.as_view(), name="reports"),
    path("reports/<uuid:report_id>", safety.ReportView.as_view(), name="report"),
    path("circles", circles.CirclesView.as_view(), name="circles"),
    path("circles/<uuid:circle_id>", circles.CircleView.as_view(), name="circle"),
    path("circles/<uuid:circle_id>/members", circles.MembersView.as_view(), name="circle-members"),
    path("circles/<uuid:circle_id>/members/<uuid:person_id>", circles.MemberView.as_view(), name="circle-member"),
    path("circles/<uuid:circle_id>/leave", circles.LeaveView.as_view(), name="circle-leave"),
    path("circles/<uuid:circle_id>/handover", circles.HandOverView.as_view(), name="circle-handover"),
    path("circles/<uuid:circle_id>/feed", circles.FeedView.as_view(), name="circle-feed"),
    path("circles/<uuid:circle_id>/invitations", circles.InvitationsView.as_view(), name="circle-invitations"),
    path("invitations/<uuid:invitation_id>", circles.InvitationView.as_view(), name="circle-invitation"),
    path("invitations/<str:token>/accept", circles.AcceptView.as_view(), name="accept-invitation"),
]
