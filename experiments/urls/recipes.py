"""The catalogue."""

from django.urls import path

from experiments.views import recipes

urlpatterns = [
    path("recipes/", recipes.recipe_list, name="recipe-list"),
    path("recipes/<slug:slug>/", recipes.recipe_detail, name="recipe-detail"),
]
