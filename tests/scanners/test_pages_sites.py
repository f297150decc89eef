"""Which files are one site, what kind of business it is, and what excuses it from a rule about the whole of it."""

import pytest

from scanners.pages import Pages
from tests.support.context import scan

HEAD = "<!doctype html><html lang='en'><head><title>{}</title></head><body>"


def profiles(files: dict[str, str]) -> set[str]:
    (record,) = (record for record in scan(Pages(), files).records if record.kind == "page-site")
    return set(filter(None, record.text["profiles"].split(", ")))


def said(files: dict[str, str]) -> set[str]:
    return {match.rule_id.removeprefix("pages.") for match in scan(Pages(), files).matches}


TOURS = HEAD.format("Harbor boat tours") + "<h1>Sunset cruises</h1><a href='/book'>Book now</a>{}</body></html>"


def test_headers_in_two_folders_of_views_open_the_pages_of_one_site() -> None:
    files = {
        "server.js": "app.set('view engine', 'ejs')",
        "views/home.ejs": HEAD.format("Home") + "<h1>Hi</h1></body></html>",
        "views/base/header.ejs": HEAD.format("Base"),
        "views/new/header.ejs": HEAD.format("New"),
    }
    assert scan(Pages(), files).looked_at["sites"] == 1


def test_templates_of_a_package_belong_to_the_program_that_is_started_above_it() -> None:
    layout = HEAD.format("Mama") + "{% block content %}{% endblock %}</body></html>"
    files = {"manage.py": "", "blog/templates/base.html": layout, "menu/templates/menu/base.html": layout}
    assert scan(Pages(), files).looked_at["sites"] == 1
    assert "no-robots-txt" not in said({**files, "static/robots.txt": "User-agent: *"})
    assert "no-robots-txt" in said(files)


def test_a_program_of_a_package_serves_no_robots_txt_for_the_site() -> None:
    layout = HEAD.format("x") + "{% block content %}{% endblock %}</body></html>"
    files = {"templates/base.html": layout, "manage.py": ""}
    vendored = "myenv/lib/python3.8/site-packages/django/contrib/sitemaps/views.py"
    assert {"no-robots-txt", "no-sitemap"} <= said({**files, vendored: "def sitemap(): 'robots.txt'"})
    assert "no-sitemap" not in said({**files, "shop/urls.py": "path('sitemap.xml', sitemap)"})


def test_a_copy_of_a_library_with_its_documents_is_no_part_of_the_site() -> None:
    docs = HEAD.format("Album") + "{{ partial header }}<a href='/tours'>Tours</a>$12</body></html>"
    files = {"index.html": TOURS.format(""), "Bootstrap/site/layouts/_default/baseof.html": docs}
    assert scan(Pages(), files).looked_at["pages"] == 1


def test_a_name_without_its_space_says_what_is_let() -> None:
    page = (
        HEAD.format("FerienwohnungEden") + "<p>67,00 € pro Nacht</p><a href='tel:+49951000000'>Anruf</a></body></html>"
    )
    assert {"rental", "booking", "marketing"} <= profiles({"index.html": page})


def test_a_layout_whose_title_is_filled_in_is_known_by_what_it_shows() -> None:
    layout = "<!doctype html><html><head><title><?php wp_title(); ?></title></head><body><p>Malta Yacht Charters</p><a href='tel:<?= $t ?>'>x</a><?php wp_footer(); ?>"
    assert "tours" in profiles({"header.php": layout, "footer.php": "<p>Contact us</p></body></html>"})


@pytest.mark.parametrize("name", ["Trattoria Roma", "Cevichería 23", "Glow Beauty Salon", "Zahnarztpraxis Müller"])
def test_a_trade_that_serves_customers_is_a_business_with_two_signs_of_one(name: str) -> None:
    page = HEAD.format(name) + "<a href='tel:+16191550184'>Call us</a></body></html>"
    assert "marketing" in profiles({"index.html": page})


@pytest.mark.parametrize("name", ["Restaurant management system", "Gestion de restaurant", "Restaurant finder"])
def test_a_tool_of_a_trade_is_no_business(name: str) -> None:
    page = HEAD.format(name) + "<a href='tel:+16191550184'>Call us</a></body></html>"
    assert "marketing" not in profiles({"index.html": page})


def test_a_site_that_begins_with_a_sign_in_is_an_application() -> None:
    start = HEAD.format("Document") + "<form><input name='m'><input type='password' name='p'></form></body></html>"
    panel = HEAD.format("Boat tours") + "<a href='tel:+16191550184'>Call us</a> $45 Contact us</body></html>"
    assert profiles({"index.html": start, "panel.html": panel}) == {"app"}


def test_what_a_server_prints_from_a_dictionary_is_text_of_the_page() -> None:
    form = "<form><label><?php esc_html_e( 'Tisch reservieren', 'theme' ); ?></label><input name='n'><textarea></textarea></form>"
    files = {
        "header.php": "<!doctype html><html><head><?php wp_head(); ?></head><body><?php the_content(); ?>",
        "form.php": f"{form}<a href='tel:<?= $t ?>'><?php _e(\"Speisekarte\", 'theme'); ?></a>",
    }
    assert {"booking", "marketing"} <= profiles(files)


@pytest.mark.parametrize("picker", ["pikaday.js", "flatpickr.min.js", "js/bootstrap-datepicker.js"])
def test_a_field_to_pick_a_date_shows_no_free_dates(picker: str) -> None:
    asked = f"<input class='datepicker'><script src='{picker}'></script>"
    assert "no-availability-calendar" in said({"index.html": TOURS.format(asked)})
    known = f"{asked}<script>flatpickr('#d', {{disable: taken}})</script>"
    assert "no-availability-calendar" not in said({"index.html": TOURS.format(known)})
    assert "no-availability-calendar" in said(
        {"index.html": TOURS.format("<input type='radio' id='availabilityService'>")}
    )


@pytest.mark.parametrize("shown", ["Rs:{{ p.price }}", "₹{{ amount }}", "{{ total }} €", "{{ dish.price }}"])
def test_an_amount_that_a_program_fills_in_is_a_price(shown: str) -> None:
    assert "no-price" not in said({"index.html": TOURS.format(f"<p>{shown}</p>")})


@pytest.mark.parametrize(
    "shown", ["Refer a friend and get up to $100", "Save $80 on transfers", "awards that exceed $75,000"]
)
def test_an_amount_that_nobody_asks_for_is_no_price(shown: str) -> None:
    assert "no-price" in said({"index.html": TOURS.format(f"<p>{shown}</p>")})


@pytest.mark.parametrize("shown", ["We prioritize customer feedback.", "We offer premium guest experiences."])
def test_what_a_business_promises_its_customers_is_no_review(shown: str) -> None:
    assert "no-reviews" in said({"index.html": TOURS.format(f"<p>{shown}</p>")})


@pytest.mark.parametrize(
    "fields", ["{% for field in form %}{{ field }}{% endfor %}", "{{ form.as_p }}", "{{ form|crispy }}"]
)
def test_a_form_whose_fields_a_framework_makes_is_one_to_book_with(fields: str) -> None:
    base = (
        HEAD.format("Harbor boat tours")
        + "<h1>Tours</h1><a href='/book'>Book</a>$45{% block c %}{% endblock %}</body></html>"
    )
    form = f"{{% extends 'base.html' %}}<form method='post'>{fields}<button>Send</button></form>"
    assert "no-booking-form" not in said(
        {"templates/base.html": base.replace("/book", "/x"), "templates/bookings/new.html": form}
    )
    assert "no-booking-form" in said(
        {"templates/base.html": base.replace("/book", "/x"), "templates/account/login.html": form}
    )


def test_a_link_to_a_contact_page_that_is_not_there_is_no_contact() -> None:
    page = HEAD.format("Harbor boat tours") + "<h1>Tours</h1>$45 <a href='contact.html'>Contact us</a></body></html>"
    assert "no-contact" in said({"index.html": page})
    assert "no-contact" not in said({"index.html": page, "Contact.html": HEAD.format("Ask") + "Ask us</body></html>"})


@pytest.mark.parametrize(
    ("page", "place"), [("public/index.html", "<div id='root'></div>"), ("src/index.html", "<app-root></app-root>")]
)
def test_a_page_whose_script_the_build_adds_is_known_by_the_sources_beside_it(page: str, place: str) -> None:
    source = "export default () => <nav><h1>Boat tours</h1><a href='tel:+16191550184'>Book now</a> $45</nav>"
    files = {page: HEAD.format("Claire") + place + "</body></html>", "src/Components/Home.jsx": source}
    rules = said(files)
    assert {"rendered-by-script", "no-robots-txt"} <= rules
    assert not {"no-h1", "no-checkout"} & rules
    assert "no-analytics" in rules


def test_a_picture_in_a_folder_of_another_spelling_is_not_there_whatever_a_library_is_built_with() -> None:
    page = HEAD.format("x") + "<img src='img/a.png' alt='a'></body></html>"
    files = {"index.html": page, "IMG/a.png": "x", "lightbox2-2.11.3/package.json": "{}"}
    assert "missing-picture" in said(files)
    assert "missing-picture" not in said({**files, "img/a.png": "x"})
    assert "missing-picture" not in said({**files, "package.json": "{}"})


def test_a_page_that_fetches_its_header_is_asked_for_its_pictures_and_one_of_templates_is_not() -> None:
    page = HEAD.format("x") + "<img src='/a.png' alt='a'>{}</body></html>"
    fetched = "<script>fetch('components/header.html')</script>"
    assert "missing-picture" in said({"index.html": page.format(fetched)})
    assert "missing-picture" not in said({"index.html": page.format("{% include 'header.html' %}")})
