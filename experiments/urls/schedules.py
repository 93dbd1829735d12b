"""Schedules: the list, and what can be done with one."""

from django.urls import path

from experiments.views import schedules

urlpatterns = [
    path("schedules/", schedules.schedule_list, name="schedule-list"),
    path("schedules/schedules.csv", schedules.schedules_csv, name="schedules-csv"),
    path("schedules/<int:pk>/pause/", schedules.schedule_pause, name="schedule-pause"),
    path("schedules/<int:pk>/resume/", schedules.schedule_resume, name="schedule-resume"),
    path("schedules/<int:pk>/run-now/", schedules.schedule_run_now, name="schedule-run-now"),
    path("schedules/<int:pk>/cancel/", schedules.schedule_cancel, name="schedule-cancel"),
]
