"""Addresses under a child's own at which the child is placed: school and team."""

from django.urls import path

from schoolmoves import child_views as views

app_name = "placing"
urlpatterns = [
    path("<int:child_id>/school/", views.school, name="school"),
    path("<int:child_id>/archive/", views.archive, name="archive"),
    path("<int:child_id>/restore/", views.restore, name="restore"),
]
