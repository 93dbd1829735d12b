"""Storage."""

from django.urls import path

from experiments.views import storage

urlpatterns = [
    path("storage/", storage.storage_list, name="storage"),
    path("storage/storage.csv", storage.storage_csv, name="storage-csv"),
    path("storage/sweep/", storage.storage_sweep, name="storage-sweep"),
    path("storage/<int:pk>/archive/", storage.storage_archive, name="storage-archive"),
    path("storage/<int:pk>/restore/", storage.storage_restore, name="storage-restore"),
    path("storage/<int:pk>/delete/", storage.storage_delete, name="storage-delete"),
]
