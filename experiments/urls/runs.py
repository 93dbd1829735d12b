"""Runs: the list, a new one, one of them, and what can be done with it."""

from django.urls import path

from experiments.views import lineage, new_run, run_detail, run_exports, run_verbs, runs

urlpatterns = [
    path("runs/", runs.run_list, name="run-list"),
    path("runs/runs.csv", runs.runs_csv, name="runs-csv"),
    path("runs/cancel/", run_verbs.run_cancel_picked, name="run-cancel-picked"),
    path("runs/new/", new_run.run_new, name="run-new"),
    path("runs/<int:pk>/", run_detail.run_detail, name="run-detail"),
    path("runs/<int:pk>/lineage/", lineage.run_lineage, name="run-lineage"),
    path("runs/<int:pk>/metrics.csv", run_detail.metrics_csv, name="metrics-csv"),
    path("runs/<int:pk>/costs.csv", run_detail.costs_csv, name="costs-csv"),
    path("runs/<int:pk>/exports/", run_exports.run_exports, name="run-exports"),
    path("runs/<int:pk>/exports/<slug:what>.jsonl", run_exports.samples_jsonl, name="samples-jsonl"),
    path("runs/<int:pk>/exports/<slug:role>.zip", run_exports.checkpoint_zip, name="checkpoint-zip"),
    path("runs/<int:pk>/cancel/", run_verbs.run_cancel, name="run-cancel"),
    path("runs/<int:pk>/retry/", run_verbs.run_retry, name="run-retry"),
    path("runs/<int:pk>/approve/", run_verbs.run_approve, name="run-approve"),
    path("runs/<int:pk>/archive/", run_verbs.run_archive, name="run-archive"),
    path("runs/<int:pk>/delete/", run_verbs.run_delete, name="run-delete"),
]
