"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from mavis import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard, name="dashboard"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("team/", views.select_team, name="select_team"),
    path("demo/<str:name>", views.demo_file, name="demo_file"),
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
