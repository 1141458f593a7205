"""A page as a person meets it: headings, tables by caption, links and buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is read, with white space as a browser shows it."""
        if self.is_hidden:
            return ""
        pieces = [
            child if isinstance(child, str) else child.text for child in self.children
        ]
        return " ".join(" ".join(pieces).split())

    @property
    def is_hidden(self) -> bool:
        return (
            "hidden" in self.attributes
            or self.attributes.get("aria-hidden") == "true"
            or self.is_closed_dialog
        )

    @property
    def is_closed_dialog(self) -> bool:
        return self.tag == "dialog" and "open" not in self.attributes

    def all(self, *tags: str) -> list["Element"]:
        """Return what is in it, in order, but for what a closed dialog holds."""
        found = []
        for child in self.children:
            if isinstance(child, Element) and not child.is_closed_dialog:
                if child.tag in tags:
                    found.append(child)
                found += child.all(*tags)
        return found

    def one(self, *tags: str) -> "Element":
        (found,) = self.all(*tags)
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.path = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.path[-1].children.append(element)
        if tag not in VOID:
            self.path.append(element)

    def handle_endtag(self, tag: str) -> None:
        while len(self.path) > 1 and self.path.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.path[-1].tag not in ("script", "style"):
            self.path[-1].children.append(data)


class Shown:
    """What one answer shows. Links are followed and buttons pressed by their words."""

    def __init__(self, client: Client, response: Any) -> None:
        self.client = client
        self.response = response
        self.status = response.status_code
        parser = _Parser()
        parser.feed(response.content.decode())
        self.document = parser.path[0]
        self.text = self.document.text

    @classmethod
    def at(cls, client: Client, address: str, **headers: str) -> "Shown":
        return cls(client, client.get(address, headers=headers, follow=True))

    @property
    def title(self) -> str:
        return self.document.one("h1").text

    @property
    def headings(self) -> list[str]:
        return [heading.text for heading in self.document.all("h2")]

    @property
    def errors(self) -> list[str]:
        """The error summary: what is wrong with the form."""
        return [
            item.text
            for box in self.document.all("div")
            if "nhsuk-error-summary" in box.attributes.get("class", "").split()
            for item in box.all("li", "p")
        ]

    @property
    def banner(self) -> str:
        """What the page says was just done."""
        return " ".join(
            box.text
            for box in self.document.all("div")
            if "nhsuk-notification-banner__content"
            in box.attributes.get("class", "").split()
        )

    @property
    def details(self) -> dict[str, str]:
        """The summary list: each label with its value."""
        values = [
            value
            for value in self.document.all("dd")
            if "nhsuk-summary-list__actions" not in value.attributes.get("class", "")
        ]
        return {
            row.text: value.text
            for row, value in zip(self.document.all("dt"), values, strict=True)
        }

    def section(self, heading: str) -> Element:
        """The section under a heading."""
        for section in self.document.all("section"):
            if section.all("h2")[0].text == heading:
                return section
        raise AssertionError(f"no section {heading!r} among {self.headings}")

    def table(self, caption: str = "") -> list[dict[str, str]]:
        """The rows of a table, each cell under its column's heading."""
        for table in self.document.all("table"):
            if caption in table.one("caption").text:
                head = [cell.text for cell in table.one("thead").all("th")]
                return [
                    dict(zip(head, _cells(row), strict=True))
                    for row in table.one("tbody").all("tr")
                ]
        raise AssertionError(f"no table {caption!r}")

    @property
    def links(self) -> list[str]:
        return [link.text for link in self.document.all("a")]

    def href(self, words: str) -> str:
        for link in self.document.all("a"):
            if link.text == words:
                return link.attributes["href"]
        raise AssertionError(f"no link {words!r} among {self.links}")

    def follow(self, words: str) -> "Shown":
        return Shown.at(self.client, self.href(words))

    @property
    def buttons(self) -> list[str]:
        return [
            button.text
            for button in self.document.one("main").all("button")
            if button.text
        ]

    def press(self, words: str, **fields: Any) -> "Shown":
        """Send the form that this button is in, with these fields filled in."""
        for form in self.document.all("form"):
            for button in form.all("button"):
                if button.text == words:
                    return self._send(form, button, fields)
        raise AssertionError(f"no button {words!r} among {self.buttons}")

    def _send(self, form: Element, button: Element, fields: dict[str, Any]) -> "Shown":
        sent = {
            field.attributes["name"]: field.attributes.get("value", "")
            for field in form.all("input")
            if "name" in field.attributes
            and field.attributes.get("type") not in ("radio", "checkbox", "file")
        }
        if "name" in button.attributes:
            sent[button.attributes["name"]] = button.attributes["value"]
        address = form.attributes.get("action") or self.response.request["PATH_INFO"]
        return Shown(
            self.client, self.client.post(address, {**sent, **fields}, follow=True)
        )


def _cells(row: Element) -> list[str]:
    return [cell.text for cell in row.all("td", "th")]
