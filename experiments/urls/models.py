"""Models."""

from django.urls import path

from experiments.views import models

urlpatterns = [
    path("models/", models.model_list, name="model-list"),
    path("models/models.csv", models.models_csv, name="models-csv"),
    path("models/add/", models.model_add, name="model-add"),
    path("models/<int:pk>/", models.model_detail, name="model-detail"),
    path("models/<int:pk>/cap/", models.model_cap, name="model-cap"),
]
