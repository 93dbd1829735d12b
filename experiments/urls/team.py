"""The team."""

from django.urls import path

from experiments.views import team

urlpatterns = [
    path("team/", team.team, name="team"),
    path("team/invite/", team.team_invite, name="team-invite"),
    path("team/<int:pk>/role/", team.team_role, name="team-role"),
    path("team/<int:pk>/remove/", team.team_remove, name="team-remove"),
    path("team/<int:pk>/link/", team.team_link, name="team-link"),
]
