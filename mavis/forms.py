"""Forms as the NHS.UK design system has them, and the form that signs people in.

Templates show a field with components/field.jinja and what is wrong with
components/error_summary.jinja; a view answers an invalid form with 422.
"""

from collections.abc import Callable
from typing import Any

from django import forms

from mavis.rules.cells import clean
from mavis.rules.readers import Unreadable


class Form(forms.Form):
    """A form whose errors the page lists above it, each with a link to its field."""

    # The browser's own messages would hide ours, which say more.
    use_required_attribute = False

    @property
    def error_list(self) -> list[dict[str, str]]:
        """Return each error with the field to go to; the first field for the form's."""
        first = next(iter(self.fields))
        return [
            {
                "text": str(message),
                "href": f"#{self[name if name in self.fields else first].auto_id}",
            }
            for name, messages in self.errors.items()
            for message in messages
        ]


class ReadField(forms.CharField):
    """A line of text that is read by the rule for the same cell of a file.

    It comes out as the rule stores it; as `blank` when nothing was entered.
    """

    def __init__(
        self, read: Callable[[str], Any], *, blank: Any = "", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.read = read
        self.blank = blank

    def clean(self, value: Any) -> Any:
        text = clean(str(value or ""))
        if not text:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"])
            return self.blank
        try:
            return self.read(text)
        except Unreadable as unreadable:
            raise forms.ValidationError(
                unreadable.message, code=unreadable.code
            ) from unreadable


class SignIn(Form):
    email = forms.CharField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": "Enter your email address"},
    )
    password = forms.CharField(
        label="Password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )


class SelectTeam(Form):
    """Which of their teams someone wants to work in."""

    team = forms.ChoiceField(
        label="Select a team",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select a team",
            "invalid_choice": "Select one of your teams",
        },
    )

    def __init__(self, *args: object, teams: list[tuple[int, str]], **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["team"].choices = teams  # type: ignore[attr-defined]
