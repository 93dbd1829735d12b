"""Reviews of judges' verdicts."""

from django.urls import path

from experiments.views import reviews

urlpatterns = [
    path("review/", reviews.review_list, name="review-list"),
    path("signals/<int:pk>/review/", reviews.review_save, name="review-save"),
]
