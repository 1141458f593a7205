"""The addresses of imports."""

from django.urls import path

from imports.views import (
    archived,
    close_matches,
    deciding,
    downloads,
    listing,
    pds_status,
    shared_numbers,
    showing,
    uploading,
)

app_name = "imports"

urlpatterns = [
    path("", listing.incomplete, name="list"),
    path("completed/", listing.completed, name="completed"),
    path("issues/", listing.issues, name="issues"),
    path("issues/<int:close_match_id>/", close_matches.resolve, name="resolve"),
    path(
        "issues/nhs-number/<int:shared_number_id>/",
        shared_numbers.resolve,
        name="resolve_shared_number",
    ),
    path("pds/", pds_status.show, name="pds_status"),
    path("upload/", uploading.upload, name="upload"),
    path("upload/child-records/", uploading.upload_children, name="upload_children"),
    path("upload/child-records/again/", uploading.upload_again, name="upload_again"),
    path("template.<str:file_format>", downloads.template, name="template"),
    path("<int:import_id>/", showing.show, name="show"),
    path("<int:import_id>/progress/", showing.progress, name="progress"),
    path("<int:import_id>/approve/", deciding.approve, name="approve"),
    path("<int:import_id>/cancel/", deciding.cancel, name="cancel"),
    path(
        "<int:import_id>/approve-changed/",
        deciding.approve_changed,
        name="approve_changed",
    ),
    path(
        "<int:import_id>/ignore-changed/",
        deciding.ignore_changed,
        name="ignore_changed",
    ),
    path(
        "<int:import_id>/rows-to-mend.csv", downloads.rows_to_mend, name="rows_to_mend"
    ),
    path(
        "<int:import_id>/unmatched-rows.csv",
        downloads.unmatched_rows,
        name="unmatched_rows",
    ),
    path(
        "<int:import_id>/archived-children/choose/",
        archived.choose_archived,
        name="choose_archived",
    ),
    path("<int:import_id>/<slug:section>/", showing.section, name="section"),
]
