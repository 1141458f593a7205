"""A parent or guardian, as entered by hand."""

from typing import Any

from django import forms

from children.models import Contact, Relationship
from children.rules.contacts import Details
from mavis.forms import Form, ReadField
from mavis.pages import show_phone
from mavis.rules import readers


class ContactForm(Form):
    """`seen` is the version of the contact that the form shows; blank for a new one."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    name = ReadField(readers.read_name, label="Name", required=False)
    relationship = forms.ChoiceField(
        label="Relationship to the child",
        choices=Relationship.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select a relationship, or Unknown",
            "invalid_choice": "Select one of the relationships in the list",
        },
    )
    relationship_other = ReadField(
        readers.read_text,
        label="Relationship, if other",
        help_text="For example, grandparent or foster carer",
        required=False,
    )
    phone = ReadField(
        readers.read_phone,
        label="Phone number",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    email = ReadField(readers.read_email, label="Email address", required=False)

    @classmethod
    def showing(cls, contact: Contact | None, *, data: Any, seen: str) -> "ContactForm":
        """Return the form filled in with a contact, or for a new one."""
        if contact is None:
            return cls(data)
        initial = {
            "seen": seen,
            "name": contact.name,
            "relationship": contact.relationship,
            "relationship_other": contact.relationship_other,
            "phone": show_phone(contact.phone),
            "email": contact.email,
        }
        return cls(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or self.cleaned_data
        is_empty = not any(entered.get(name) for name in ("name", "phone", "email"))
        if is_empty and not self.errors:
            self.add_error("name", "Enter a name, a phone number or an email address")
        if entered.get("relationship") != Relationship.OTHER:
            entered["relationship_other"] = ""
        elif not entered.get("relationship_other") and not self.errors:
            self.add_error("relationship_other", "Enter the relationship to the child")
        return entered

    def details(self) -> Details:
        """Return what was entered, once the form is valid."""
        return Details(**{name: self.cleaned_data[name] for name in Details._fields})
