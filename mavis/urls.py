"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from imports import metrics
from mavis import demo_pages, health, views
from mavis.sign_in import cis2_views
from mavis.sign_in import views as sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard, name="dashboard"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/cis2/", cis2_views.begin, name="cis2_begin"),
    path("sign-in/cis2/callback/", cis2_views.come_back, name="cis2_come_back"),
    path(
        "sign-in/cis2/signed-out/",
        cis2_views.signed_out_of_cis2,
        name="cis2_signed_out",
    ),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("session/", sign_in.session_status, name="session_status"),
    path("session/ending/", sign_in.session_ending, name="session_ending"),
    path("session/stay/", sign_in.stay, name="session_stay"),
    path("team/", views.select_team, name="select_team"),
    path("demo/<str:name>", demo_pages.demo_file, name="demo_file"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("imports/", include("imports.urls")),
    path("audit-log/", include("imports.audit_urls")),
    path("children/", include("children.urls")),
    path("children/", include("schoolmoves.child_urls")),
    path("children/", include("imports.child_urls")),
    path("school-moves/", include("schoolmoves.urls")),
    path("school-moves/", include("imports.move_urls")),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.fault
