"""Adding, changing and removing a child's contacts."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from children import contacts, queries
from children.access import child_required
from children.editing import RecordChanged
from children.forms.contact import ContactForm
from children.models import Child, Contact
from children.telling import told_contact
from mavis import clock
from mavis.access import AuthenticatedRequest
from mavis.pages import show_name

CHANGED = (
    "Someone has changed this contact since you opened the page. Check what it says "
    "now, and make your change again."
)
CHANGED_OR_GONE = (
    "Someone has changed or removed this contact since you opened the page"
)


@require_http_methods(["GET", "POST"])
@child_required
def add(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    not_hidden(child)
    form = ContactForm.showing(None, data=request.POST or None, seen="")
    if request.method == "GET" or not form.is_valid():
        return show_form(request, child, form, title="Add a contact")
    contacts.add(
        child_id=child.pk,
        team=request.team,
        details=form.details(),
        by=request.user,
        at=clock.now(),
    )
    messages.success(request, "Contact added")
    return redirect("children:edit", child_id=child.pk)


@require_http_methods(["GET", "POST"])
@child_required
def change(
    request: AuthenticatedRequest, child: Child, contact_id: int
) -> HttpResponse:
    contact = contact_of(request, child, contact_id)
    if contact is None:
        return gone(request, child)
    form = filled(contact, request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return show_form(request, child, form, title="Change a contact")
    try:
        contacts.change(
            child_id=child.pk,
            contact_id=contact_id,
            team=request.team,
            details=form.details(),
            seen=form.cleaned_data["seen"],
            by=request.user,
            at=clock.now(),
        )
    except RecordChanged:
        contact = contact_of(request, child, contact_id)
        if contact is None:
            return gone(request, child)
        form = filled(contact, None)
        return show_form(request, child, form, title="Change a contact", notice=CHANGED)
    messages.success(request, "Contact updated")
    return redirect("children:edit", child_id=child.pk)


@require_http_methods(["GET", "POST"])
@child_required
def remove(
    request: AuthenticatedRequest, child: Child, contact_id: int
) -> HttpResponse:
    """Ask before a contact is removed, and remove it."""
    contact = contact_of(request, child, contact_id)
    if contact is None:
        return gone(request, child)
    if request.method == "GET":
        context = {
            "child_id": child.pk,
            "child": show_name(child.first_name, child.last_name),
            "contact": told_contact(contact),
            "seen": contacts.version_of(contact),
        }
        return render(request, "children/remove_contact.jinja", context)
    try:
        contacts.remove(
            child_id=child.pk,
            contact_id=contact_id,
            team=request.team,
            seen=request.POST.get("seen", ""),
            by=request.user,
            at=clock.now(),
        )
    except RecordChanged:
        return gone(request, child)
    messages.success(request, "Contact removed")
    return redirect("children:edit", child_id=child.pk)


def not_hidden(child: Child) -> None:
    """Keep the contacts of a restricted child hidden.

    :raises Http404: they are
    """
    if child.restricted:
        raise Http404


def contact_of(
    request: AuthenticatedRequest, child: Child, contact_id: int
) -> Contact | None:
    """Return a contact of the child; none, when a form comes after it was removed.

    :raises Http404: there is none, or contacts must not be seen
    """
    not_hidden(child)
    contact = queries.contacts_of(child).filter(pk=contact_id).first()
    if contact is None and request.method == "GET":
        raise Http404
    return contact


def gone(request: AuthenticatedRequest, child: Child) -> HttpResponse:
    messages.error(request, CHANGED_OR_GONE)
    return redirect("children:edit", child_id=child.pk)


def filled(contact: Contact, data: object) -> ContactForm:
    return ContactForm.showing(contact, data=data, seen=contacts.version_of(contact))


def show_form(
    request: AuthenticatedRequest,
    child: Child,
    form: ContactForm,
    *,
    title: str,
    notice: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "child_id": child.pk,
        "child": show_name(child.first_name, child.last_name),
        "notice": notice,
    }
    status = 409 if notice else 422 if form.errors else 200
    return render(request, "children/contact.jinja", context, status=status)
