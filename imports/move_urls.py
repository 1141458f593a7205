"""The address under School moves at which one move is decided, with its rows."""

from django.urls import path

from imports.views import school_move

app_name = "school_move"
urlpatterns = [
    path("<int:move_id>/", school_move.show, name="show"),
]
