"""The addresses of a team's audit log."""

from django.urls import path

from imports.views import audit_log

app_name = "audit_log"
urlpatterns = [
    path("", audit_log.show, name="show"),
    path("audit-log.csv", audit_log.download, name="download"),
]
