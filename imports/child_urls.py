"""The address under a child's own at which its record is merged into another."""

from django.urls import path

from imports.views import merging

app_name = "merging"
urlpatterns = [
    path("<int:child_id>/merge/<int:into_id>/", merging.merge, name="merge"),
]
