"""Signing in and out, one-time links."""

from django.urls import path

from experiments.views import people

urlpatterns = [
    path("sign-in/", people.sign_in, name="sign-in"),
    path("sign-out/", people.sign_out, name="sign-out"),
    path("link/<str:token>/", people.one_time_link, name="one-time-link"),
]
