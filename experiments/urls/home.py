"""Home."""

from django.urls import path

from experiments.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("seen/", home.home_seen, name="home-seen"),
]
