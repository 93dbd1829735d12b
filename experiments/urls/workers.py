"""Workers and their queue."""

from django.urls import path

from experiments.views import workers

urlpatterns = [path("workers/", workers.worker_list, name="worker-list")]
