"""Notices."""

from django.urls import path

from experiments.views import notices

urlpatterns = [
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notices_read, name="notices-read"),
]
