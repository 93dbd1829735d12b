"""Iterations, traces and prompts of a run."""

from django.urls import path

from experiments.views import iterations, prompts, traces

urlpatterns = [
    path("runs/<int:pk>/iterations/<int:index>/", iterations.iteration, name="iteration-detail"),
    path("runs/<int:pk>/traces/", traces.traces, name="trace-list"),
    path("runs/<int:pk>/traces.csv", traces.traces_csv, name="traces-csv"),
    path("runs/<int:pk>/prompts/<int:row_pk>/", prompts.prompt, name="prompt-detail"),
    path("traces/<int:pk>/", traces.trace, name="trace-detail"),
]
