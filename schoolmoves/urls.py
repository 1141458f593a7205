"""The addresses of school moves."""

from django.urls import path

from schoolmoves import views

app_name = "schoolmoves"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("download/", views.download, name="download"),
    path(
        "notices/<int:notice_id>/dismiss/", views.dismiss_notice, name="dismiss_notice"
    ),
]
