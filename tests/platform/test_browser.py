"""The fixtures that pages are tested with do fail when a page is broken."""


def test_the_browser_opens_a_page(page):
    page.set_content("<h1>Mavis</h1>")

    assert page.get_by_role("heading").inner_text() == "Mavis"
