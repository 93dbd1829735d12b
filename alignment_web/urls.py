"""The root URLconf: a health check, and the pages of the experiments app."""

from django.urls import include, path

from alignment_web.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("experiments.urls")),
]
