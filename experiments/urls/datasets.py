"""Data sets."""

from django.urls import path

from experiments.views import datasets

urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/datasets.csv", datasets.datasets_csv, name="datasets-csv"),
    path("datasets/import/", datasets.dataset_import, name="dataset-import"),
    path("datasets/<int:pk>/", datasets.dataset_detail, name="dataset-detail"),
    path("datasets/<int:pk>/rows.csv", datasets.rows_csv, name="dataset-rows-csv"),
]
