"""The addresses of children's pages.

What reaches further than the child's own details stands under the same addresses:
schoolmoves.child_urls and imports.child_urls.
"""

from django.urls import path

from children.views import contacts, editing, finding, showing

app_name = "children"
urlpatterns = [
    path("", finding.search, name="search"),
    path("<int:child_id>/", showing.show, name="show"),
    path("<int:child_id>/activity/", showing.activity, name="activity"),
    path("<int:child_id>/pds-history/", showing.pds_history, name="pds_history"),
    path("<int:child_id>/edit/", editing.edit, name="edit"),
    path("<int:child_id>/edit/<slug:part>/", editing.edit_part, name="edit_part"),
    path("<int:child_id>/contacts/add/", contacts.add, name="add_contact"),
    path(
        "<int:child_id>/contacts/<int:contact_id>/",
        contacts.change,
        name="edit_contact",
    ),
    path(
        "<int:child_id>/contacts/<int:contact_id>/remove/",
        contacts.remove,
        name="remove_contact",
    ),
]
