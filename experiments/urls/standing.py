"""The standing experiments."""

from django.urls import path

from experiments.views import standing

urlpatterns = [
    path("standing/", standing.standing_list, name="standing-list"),
    path("standing/<slug:slug>/", standing.standing_detail, name="standing-detail"),
    path("standing/<slug:slug>/launch/", standing.standing_launch, name="standing-launch"),
]
