"""The addresses of children's pages."""

from django.urls import path

from children import views

app_name = "children"
urlpatterns = [
    path("", views.search, name="search"),
    path("<int:child_id>/", views.show, name="show"),
    path("<int:child_id>/activity/", views.activity, name="activity"),
]
