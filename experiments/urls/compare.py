"""Comparisons."""

from django.urls import path

from experiments.views import compare

urlpatterns = [
    path("compare/", compare.sources, name="source-compare"),
    path("runs/compare/", compare.run_compare, name="run-compare"),
    path("runs/compare/picked/", compare.run_compare_picked, name="run-compare-picked"),
    path("runs/compare/comparison.csv", compare.compare_csv, name="run-compare-csv"),
]
