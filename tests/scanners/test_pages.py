"""Pages beyond their cards: places, sites, profiles, shells, templates, hostile input, and what later steps get."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.run import ScanResult
from auditor.model.target import Scope
from scanners.pages import Pages
from scanners.pages.page import Page
from tests.support.context import context, repo, scan

TOURS = """<!doctype html><html lang="en"><head><title>Harbor boat tours</title></head><body>
<h1>Sunset cruises</h1><a href="tel:+16191550184">Call us</a><a href="/book">Book now</a>
<div class="card"><h3>Sunset sail</h3><p>From $89 per person</p></div>
<div class="card"><h3>Private charter</h3><p>$450 - $900 per hour</p></div></body></html>"""


def found(result: ScanResult, rule_id: str) -> list[Match]:
    return [match for match in result.matches if match.rule_id == rule_id]


def only(result: ScanResult, rule_id: str) -> Match:
    matches = found(result, rule_id)
    assert len(matches) == 1
    return matches[0]


def test_a_place_is_the_line_of_the_start_tag_even_where_the_parser_adds_elements() -> None:
    html = "<html>\n<body>\n<table>\n<tr><td>\n<img\n src='a.jpg'>\n</td></tr></table>\n<!-- <img> -->\n<img src='b.jpg'>\n"
    match = only(scan(Pages(), {"index.html": html}), "pages.picture-without-text")
    assert match.location == CodeLocation("shop", "index.html", 5)
    assert match.also_at == (CodeLocation("shop", "index.html", 9),)
    assert match.message == "2 pictures without a text"


def test_what_is_missing_is_said_once_per_site_with_the_pages_that_lack_it() -> None:
    page = "<html><head><title>{}</title></head><body><p>hello</p></body></html>"
    files = {name: page.format(name) for name in ("index.html", "about.html", "boats/one.html")}
    match = only(scan(Pages(), files), "pages.no-language")
    assert match.location.path == "index.html"
    assert {place.path for place in match.also_at} == {"about.html", "boats/one.html"}
    assert "3 of 3 pages" in match.message


def test_each_folder_with_an_index_page_is_a_site_of_its_own_unless_one_lies_above() -> None:
    page = "<html><body>x</body></html>"
    apart = scan(Pages(), {"a/index.html": page, "b/index.html": page, "b/c/index.html": page})
    assert apart.looked_at["sites"] == 2
    together = scan(Pages(), {"index.html": page, "b/index.html": page})
    assert together.looked_at["sites"] == 1


def test_the_profile_is_found_out_from_the_page_and_a_declared_one_wins() -> None:
    record = next(r for r in scan(Pages(), {"index.html": TOURS}).records if r.kind == "page-site")
    assert record.text["profiles"] == "boats, booking, marketing, tours"
    declared = Pages().scan(repo(profile="app"), context({"index.html": TOURS}, scanner="pages"))
    assert not found(declared, "pages.no-analytics")


def test_what_is_declared_for_a_repository_is_meant_for_its_public_site_not_for_the_tools_beside_it() -> None:
    tool = "<html><head><title>Checklist</title></head><body><button>Done</button></body></html>"
    result = Pages().scan(
        repo(profile="booking"), context({"site/index.html": TOURS, "tools/index.html": tool}, scanner="pages")
    )
    assert {match.location.path for match in found(result, "pages.no-checkout")} == {"site/index.html"}
    alone = Pages().scan(repo(profile="booking"), context({"tools/index.html": tool}, scanner="pages"))
    assert found(alone, "pages.no-checkout")


def test_a_sign_in_page_is_not_asked_for_marketing() -> None:
    html = "<html><head><title>Crew sign in</title></head><body><form><input type='password'></form></body></html>"
    result = scan(Pages(), {"index.html": html})
    quiet = {"pages.no-analytics", "pages.no-checkout", "pages.no-email-capture", "pages.no-privacy-notice"}
    assert not quiet & {match.rule_id for match in result.matches}


def test_a_page_rendered_by_script_is_said_to_be_so_and_its_body_is_not_judged() -> None:
    html = "<html><head><title>x</title></head><body><div id='root'></div><script type='module' src='/m.tsx'></script>"
    result = scan(Pages(), {"index.html": html})
    assert only(result, "pages.rendered-by-script")
    assert not found(result, "pages.no-h1")
    assert found(result, "pages.no-language")
    assert [(left.path, left.reason, left.expected) for left in result.not_scanned] == [
        ("index.html", "rendered by script", True)
    ]


def test_what_a_layout_includes_counts_as_there() -> None:
    files = {
        "_layouts/default.html": "<html><head>{% include head.html %}</head><body>{{ content }}</body></html>",
        "_includes/head.html": "<title>Tours</title><meta name='description' content='Sails'>",
    }
    result = scan(Pages(), files)
    assert not found(result, "pages.no-title")
    assert not found(result, "pages.no-description")


def test_a_template_tag_before_the_page_does_not_end_its_head() -> None:
    html = "{% load static %}\n<!doctype html>\n<html lang='en'><head><title>Tours</title></head><body>x</body></html>"
    assert not found(scan(Pages(), {"base.html": html}), "pages.no-title")


def test_a_built_copy_beside_its_source_is_not_judged_twice() -> None:
    page = "<html><body>x</body></html>"
    result = scan(Pages(), {"src/index.html": page, "dist/index.html": page})
    assert result.looked_at["pages"] == 1


@pytest.mark.parametrize(
    "path", ["node_modules/a/index.html", "coverage/index.html", "emails/welcome.html", ".x/i.html"]
)
def test_pages_of_packages_reports_and_mails_are_left_alone(path: str) -> None:
    assert scan(Pages(), {path: "<html><body>x</body></html>"}).skipped


def test_the_dialogs_of_apps_script_are_not_asked_for_search_engines() -> None:
    files = {"appsscript.json": "{}", "Code.gs": "function doGet() {}", "index.html": "<html><body>x</body></html>"}
    assert "pages.no-canonical" not in {match.rule_id for match in scan(Pages(), files).matches}


def test_prices_and_tiers_are_handed_on_with_their_unit_and_place() -> None:
    records = scan(Pages(), {"index.html": TOURS}).records
    prices = {record.name: record for record in records if record.kind == "page-price"}
    sail, charter = prices["Sunset sail"].amounts["price"], prices["Private charter"].amounts["price"]
    assert (sail.low, sail.currency, sail.per) == (Decimal(89), "USD", "person")
    assert (charter.low, charter.high, charter.per) == (Decimal(450), Decimal(900), "hour")
    assert prices["Sunset sail"].source == CodeLocation("shop", "index.html", 3)
    assert {record.name for record in records if record.kind == "page-tier"} == {"Sunset sail", "Private charter"}


def test_each_marketplace_is_recorded_as_present_or_not_by_its_links_alone() -> None:
    html = TOURS.replace("</body>", "<p>Viator</p><a href='https://www.getmyboat.com/boats/1'>x</a></body>")
    channels = {r.name: r.text["present"] for r in scan(Pages(), {"index.html": html}).records if r.kind == "ota"}
    assert channels == {"Sailo": "no", "GetMyBoat": "yes", "Airbnb Experiences": "no", "Viator": "no"}


def test_a_secret_in_the_page_is_placed_and_never_shown() -> None:
    secret = "sk_live_" + "MADEUPMADEUP0000"
    result = scan(Pages(), {"index.html": f"<html><body>\n<script>\nk = '{secret}'</script></body></html>"})
    assert only(result, "pages.secret-in-page").location.line == 3
    assert secret not in repr(result)


def test_a_change_alone_is_no_site() -> None:
    result = Pages().scan(repo(scope=Scope.CHANGED), context({"index.html": TOURS}, scanner="pages"))
    assert "whole site" in result.skipped


def test_the_year_is_that_of_the_run() -> None:
    files = {"index.html": "<html><body><footer>&copy; 2026 Jada</footer></body></html>"}
    assert not found(scan(Pages(), files), "pages.stale-copyright")


@pytest.mark.parametrize(
    "source",
    [
        "<html>" + "<div>" * 1_400,
        '<html><a href="' + "x" * 100_000,
        "<html><a '" * 3_000,
        "<html><script type='application/ld+json'>" + "[" * 50_000 + "</script>",
        "<html><body>" + "<!--" * 20_000,
        "<html><body>" + "&copy;" * 20_000,
        "<html><body>" + "<b>&copy;</b>" * 20_000,
        "<html><body>$" + "1," * 50_000,
        "\ud800<html>\u202e\x1b[31m<img src='\x07'>",
    ],
    ids=["deep", "open quote", "quotes", "deep json", "comments", "signs", "signs apart", "digits", "controls"],
)
def test_a_hostile_page_is_read_to_its_end_in_time_and_said_in_visible_characters(source: str) -> None:
    result = scan(Pages(), {"index.html": source.encode("utf-8", "surrogatepass")})
    assert result.looked_at["pages"] == 1
    assert all(match.excerpt.isprintable() for match in result.matches)


def test_a_page_of_bottomless_nesting_is_not_scanned_and_that_is_said() -> None:
    result = scan(Pages(), {"index.html": "<html>" + "<div>" * 50_000})
    assert [(left.path, left.reason) for left in result.not_scanned] == [("index.html", "nested too deeply")]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/=\"'!-a b\n{%}&;", max_size=300))
def test_every_node_that_has_a_line_has_one_of_the_file(text: str) -> None:
    page = Page("p.html", text)
    lines = text.count("\n") + 1
    assert len(page.bare) == len(page.source)
    assert all(1 <= (page.line_of(node) or 1) <= lines for node in page.tree.css("*"))


LAYOUT = """<!doctype html><html lang="en"><head>{% include head.html %}<title>{% block title %}{% endblock %}</title>
<meta name="viewport" content="width=device-width"></head><body>{{ content }}</body></html>"""


def test_what_a_template_shows_is_judged_in_its_own_file_and_what_is_missing_in_the_layout() -> None:
    files = {
        "_layouts/default.html": LAYOUT,
        "_includes/head.html": "{% seo %}",
        "index.html": "---\nlayout: default\n---\n<h1>Sail</h1>\n<img src='a.jpg'>\n",
    }
    result = scan(Pages(), files)
    assert only(result, "pages.picture-without-text").location == CodeLocation("shop", "index.html", 5)
    assert only(result, "pages.no-main").location.path == "_layouts/default.html"
    assert not found(result, "pages.no-title")
    assert not found(result, "pages.no-description")
    assert not found(result, "pages.no-h1")


def test_pages_of_php_are_read_without_their_code() -> None:
    files = {
        "header.php": "<?php $a = '<img>'; ?><!doctype html>\n<html lang='en'><head><title><?= $title ?></title></head><body>",
        "index.php": "<?php include 'header.php'; ?>\n<h1>Tours</h1>\n<img src='a.jpg'><img src='b.jpg' alt='<?= $x ?>'>\n</body></html>",
        "lib/shop.php": "<?php function a() { return '<p><img>'; }",
    }
    result = scan(Pages(), files)
    assert only(result, "pages.picture-without-text").location == CodeLocation("shop", "index.php", 3)
    assert not found(result, "pages.no-title")
    assert only(result, "pages.no-viewport").location.path == "header.php"


def test_a_layout_belongs_to_the_project_in_whose_folder_of_layouts_it_lies() -> None:
    page = "<!doctype html><html><head><title>{title}</title></head><body><slot /></body></html>"
    result = scan(
        Pages(), {"src/layouts/Page.astro": page, "src/pages/index.astro": "<h1>x</h1>", "public/robots.txt": ""}
    )
    assert not found(result, "pages.no-robots-txt")
    assert found(result, "pages.no-sitemap")


def test_a_first_page_that_a_script_renders_is_not_asked_for_what_the_script_may_bring() -> None:
    shell = "<html><head><title>Boat rental</title></head><body><div id='root'></div><script type='module' src='m.js'></script></body></html>"
    result = scan(Pages(), {"index.html": shell, "places.html": TOURS.replace("Call us", "Ask")})
    assert not found(result, "pages.no-checkout")
    assert found(result, "pages.no-analytics")


def test_what_only_the_staff_sees_is_no_evidence_for_visitors() -> None:
    staff = "<html><body><div id='calendar'></div><script>let blockedDates = []</script></body></html>"
    result = scan(Pages(), {"index.html": TOURS, "admin.html": staff})
    assert found(result, "pages.no-availability-calendar")


def test_an_agency_for_charters_is_not_taken_for_a_charter() -> None:
    html = TOURS.replace("Harbor boat tours", "Fishing charter websites and booking software")
    result = scan(Pages(), {"index.html": html})
    assert not found(result, "pages.no-checkout")
    assert found(result, "pages.no-analytics")


def test_a_script_that_is_never_closed_does_not_end_the_scan() -> None:
    result = scan(
        Pages(), {"index.html": "<html><body><h1>Sails</h1><script src='a.js'><img src='a.jpg'></body></html>"}
    )
    assert result.looked_at["pages"] == 1


def test_a_page_whose_body_stands_in_other_files_is_not_taken_for_one_that_a_script_renders() -> None:
    files = {
        "includes/head.php": "<!doctype html><html><head><title>Harbor boat tours</title><script src='main.js'></script></head><body>",
        "index.php": "<?php include('includes/head.php'); ?><h1>Sunset cruises</h1><a href='tel:+16191550184'>Book now</a></body></html>",
    }
    result = scan(Pages(), files)
    assert not found(result, "pages.rendered-by-script")
    assert found(result, "pages.no-checkout")
    assert not found(result, "pages.no-contact")


ASTRO = """---
import { site } from '../data/site';
const { title } = Astro.props;
---
<!doctype html>
<html lang="it"><head><title>{title}</title><link rel="canonical" href={`${site.url}/`} />
<script type="application/ld+json" set:html={JSON.stringify({ "@type": "LodgingBusiness" })} />
</head><body><main><a href={`tel:${site.phone}`}>{site.phone}</a><slot /></main></body></html>
"""


def test_an_expression_of_a_component_is_neither_a_relative_address_nor_swallows_what_follows() -> None:
    result = scan(Pages(), {"src/layouts/Base.astro": ASTRO, "src/pages/index.astro": "<h1>Villa</h1>"})
    assert not found(result, "pages.canonical-relative")
    assert not found(result, "pages.no-main")


def test_what_a_generator_fills_in_from_its_data_is_evidence() -> None:
    data = "export const site = {\n  title: 'Agriturismo Villalba',\n  bookingUrl: 'https://www.booking.com/hotel/it/x.html',\n"
    data += "  price: '90 EUR a notte', rooms: 'due camere per ospiti, una notte minima',\n  orari: 'Lunedi - Venerdi 9:00 - 18:00' }"
    page = "---\nconst wa = 'https://wa.me/393330000000';\n---\n<a href={wa}>Prenota</a>"
    files = {"src/layouts/Base.astro": ASTRO, "src/pages/index.astro": page, "src/data/site.ts": data}
    result = scan(Pages(), files)
    site = next(record for record in result.records if record.kind == "page-site")
    assert site.text["profiles"] == "booking, marketing, rental"
    silent = {"pages.no-price", "pages.no-checkout", "pages.no-contact", "pages.no-opening-hours"}
    assert not silent & {match.rule_id for match in result.matches}
    assert found(result, "pages.no-analytics")


def test_a_page_for_everybody_that_offers_to_sign_in_is_still_for_everybody() -> None:
    text = "".join(f"<a href='p{n}.html'>Tham quan {n}</a> {'trải nghiệm ' * 12}" for n in range(12))
    html = f"<html><head><title>Du lịch Đồng Tháp</title></head><body><a href='#'>Đặt tour</a><input type='password'>{text}"
    result = scan(Pages(), {"index.html": html + "<a href='tel:0905123456'>0905.123.456</a> 350.000 VNĐ</body></html>"})
    assert found(result, "pages.no-checkout")
    assert not found(result, "pages.no-contact")


@pytest.mark.parametrize(
    "shown",
    [
        "<h1>Clínica Lumina</h1><a href='#'>Pedir cita</a><a href='#'>Tratamientos</a><a href='#'>Testimonios</a>",
        "<h1>Phòng khám</h1><a href='#'>Đặt lịch</a><a href='#'>Dịch vụ</a><a href='#'>Liên hệ</a>",
        "<h1>Agriturismo</h1><p>Aperto tutti i giorni. info@mauro.example, +39 043 2740029</p>",
    ],
    ids=["es", "vi", "it"],
)
def test_a_business_is_known_in_its_own_language(shown: str) -> None:
    assert found(scan(Pages(), {"index.html": f"<html><body>{shown}</body></html>"}), "pages.no-analytics")


def test_documents_of_a_library_are_no_pages_of_the_team() -> None:
    page = "<html><body>x</body></html>"
    assert scan(Pages(), {"api/libraries/fpdf182/doc/cell.htm": page, "libraries/x/docs/a.html": page}).skipped


def test_a_page_that_includes_nothing_but_code_is_whole() -> None:
    files = {
        "index.php": "<?php include '/php/config.php'; ?><html><head><title>La Taperia</title></head><body>x</body></html>",
        "events.php": "<html><head><title>La Taperia</title></head><body><?php require_once('php/config.php'); ?>y</body></html>",
        "php/config.php": "<?php $con = mysqli_connect('localhost'); ",
    }
    result = scan(Pages(), files)
    assert found(result, "pages.same-title")
    assert {place.path for place in only(result, "pages.no-h1").also_at} == {"events.php"}


def test_a_page_with_a_heading_of_its_own_shows_something_before_a_script_runs() -> None:
    html = "<html><head><title>x</title><script type='module' src='/js/main.js'></script></head><body>{}</body></html>"
    shown = scan(Pages(), {"index.html": html.format("<main><h1>Lunch Menu</h1><div id='menu'></div></main>")})
    assert not found(shown, "pages.rendered-by-script")
    assert found(scan(Pages(), {"index.html": html.format("<div id='root'></div>")}), "pages.rendered-by-script")


def test_a_site_is_seen_from_a_page_for_visitors_not_from_one_for_the_staff() -> None:
    page = "<html><head><title>x</title></head><body>x</body></html>"
    result = scan(Pages(), {"admin_bookings.php": page, "header.php": page, "login.php": page})
    assert only(result, "pages.no-robots-txt").location.path == "header.php"


@pytest.mark.parametrize(
    ("title", "text", "wanted"),
    [
        (
            "Alexandra V - the best yacht available for charter",
            "<a href='mailto:?subject=Charter'>Enquire</a>",
            "tours",
        ),
        ("Ferienwohnung Reich", "<p>Schlafzimmer mit Doppelbett</p><a href='tel:+43123'>x</a>", "rental"),
    ],
)
def test_what_is_sold_is_told_by_the_headline(title: str, text: str, wanted: str) -> None:
    result = scan(Pages(), {"index.html": f"<html><head><title>{title}</title></head><body>{text}</body></html>"})
    site = next(record for record in result.records if record.kind == "page-site")
    assert {wanted, "booking"} <= set(site.text["profiles"].split(", "))


def test_notes_for_developers_are_no_pages_of_a_site() -> None:
    files = {"_layouts/a.html": "<html><head>{% seo %}</head><body>{{ content }}</body></html>"}
    notes = "Open Mon - Fri 9:00 - 17:00, from $90, a review: ★★★★★"
    shown = Pages().scan(repo(profile="booking"), context(files | {"README.md": notes}, scanner="pages"))
    assert found(shown, "pages.no-price")
    assert found(shown, "pages.no-opening-hours")


@pytest.mark.parametrize(
    ("title", "text", "is_not"),
    [
        ("Commercial loans | Apartment and hotel financing", "guests, nights and bedrooms " * 9, "rental"),
        ("Blandford Marine: boat sales and service", "<a href='#'>Book a viewing</a>", "tours"),
        ("Get more cars in bays with SEO & ads", "<h2>More bookings</h2><a href='tel:+1'>Contact us</a>", "booking"),
    ],
)
def test_who_only_deals_in_it_is_not_taken_for_who_rents_it_out(title: str, text: str, is_not: str) -> None:
    html = f"<html><head><title>{title}</title></head><body>{text}<p>Call (619) 555-0100, from $90</p></body></html>"
    site = next(record for record in scan(Pages(), {"index.html": html}).records if record.kind == "page-site")
    assert is_not not in site.text["profiles"].split(", ")


def test_a_page_that_a_browser_saved_is_not_the_teams() -> None:
    page = "<html><head><title>x</title></head><body>x</body></html>"
    files = {"index.html": page, "Docs _ Other.htm": page, "Docs _ Other_files/a.css": ""}
    assert scan(Pages(), files).looked_at["pages"] == 1
    assert scan(Pages(), {"wp-login.php": page, "wp-content/themes/twentyten/header.php": page}).skipped


def test_an_analytics_call_without_anything_that_loads_it_counts_nothing() -> None:
    shell = "<html><head><title>Boat tours</title></head><body><div id='root'></div><script type='module' src='m.js'></script></body></html>"
    guarded = {
        "index.html": shell,
        "src/App.jsx": "if (window.gtag) { window.gtag('event', 'x') } <a href='tel:+1'>Book now</a>",
    }
    assert found(scan(Pages(), guarded), "pages.no-analytics")
    loaded = guarded | {"src/load.js": "s.src = `https://www.googletagmanager.com/gtag/js?id=${ID}`"}
    assert not found(scan(Pages(), loaded), "pages.no-analytics")


def test_the_templates_of_one_application_are_one_site_seen_from_a_page_that_is_meant_to_be_found() -> None:
    page = "<!doctype html><html><head><title>x</title></head><body>x</body></html>"
    views = ("cart/index", "checkout/index", "errors/404", "welcome")
    files = {f"resources/views/{name}.blade.php": page for name in views} | {
        "public/robots.txt": "",
        "confirm.php": page,
    }
    result = scan(Pages(), files | {"target/shop-1.0/index.jsp": page})
    assert result.looked_at["sites"] == 1
    assert only(result, "pages.no-sitemap").location.path == "resources/views/welcome.blade.php"
    assert not found(result, "pages.no-robots-txt")


def test_what_a_generator_serves_unasked_is_not_missing() -> None:
    hugo = {
        "hugo.toml": "title = 'Surf'",
        "layouts/_default/baseof.html": '<html lang="en"><head>{{ partial "head.html" . }}</head><body>{{ block "main" . }}{{ end }}</body></html>',
    }
    result = scan(Pages(), hugo)
    assert not found(result, "pages.no-sitemap")
    assert found(result, "pages.no-robots-txt")
    assert not found(scan(Pages(), hugo | {"hugo.toml": "enableRobotsTXT = true"}), "pages.no-robots-txt")
    theme = {
        "wp-content/themes/boat/header.php": "<!DOCTYPE html><html <?php language_attributes(); ?>><head><?php wp_head(); ?></head><body>",
        "wp-content/themes/boat/index.php": "<?php get_header(); ?><main><h1>x</h1></main></body></html>",
    }
    silent = {"pages.no-sitemap", "pages.no-robots-txt", "pages.no-language", "pages.no-title"}
    assert not silent & {match.rule_id for match in scan(Pages(), theme).matches}


def test_a_frame_that_a_server_fills_in_is_judged_for_its_head_only_where_nothing_else_fills_it() -> None:
    html = "<!doctype html><html lang='en'><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>"
    result = scan(Pages(), {"src/app.html": html, "src/routes/+page.svelte": "<h1>Boat tours</h1>"})
    silent = {"pages.no-title", "pages.no-description", "pages.no-h1", "pages.no-main", "pages.rendered-by-script"}
    assert not silent & {match.rule_id for match in result.matches}
    assert found(result, "pages.no-viewport")


def test_a_page_that_closes_its_body_is_whole_even_if_it_leaves_its_last_tag_out() -> None:
    html = "<!doctype html><html><head><title>x</title></head><body><img src='gone.jpg'></body>"
    assert found(scan(Pages(), {"index.html": html}), "pages.missing-picture")


@pytest.mark.parametrize(
    "said", ["Call us for an appointment.", "Walk-ins welcome", "Termine nach Vereinbarung", "By appointment only"]
)
def test_who_works_by_appointment_takes_bookings(said: str) -> None:
    html = f"<html><head><title>Salon Rosa</title></head><body><a href='tel:+16191550184'>Call</a><a href='s.html'>Services</a><a href='p.html'>Prices</a><p>{said}</p></body></html>"
    site = next(record for record in scan(Pages(), {"index.html": html}).records if record.kind == "page-site")
    assert "booking" in site.text["profiles"]


@pytest.mark.parametrize(
    "said", ["Book a table", "Tisch reservieren", "Réserver une table", "Zarezerwuj stolik", "Boka bord"]
)
def test_one_offer_that_only_a_host_makes_says_that_a_business_is_here(said: str) -> None:
    html = f"<html><head><title>Lucia</title></head><body><a href='/t'>{said}</a> <a href='tel:+16191550184'>Tel</a></body></html>"
    assert found(scan(Pages(), {"index.html": html}), "pages.no-analytics")


def test_a_range_of_years_that_the_server_ends_is_not_stale() -> None:
    page = "<html><body><footer>&copy; 2019 - <?php echo date('Y'); ?> Jada</footer></body></html>"
    assert not found(scan(Pages(), {"index.php": page}), "pages.stale-copyright")
    assert found(
        scan(Pages(), {"index.php": page.replace("<?php echo date('Y'); ?>", "2020")}), "pages.stale-copyright"
    )


def test_rights_reserved_in_an_old_year_are_stale_without_the_sign() -> None:
    page = "<html><body><footer>2017 All rights reserved.</footer></body></html>"
    assert found(scan(Pages(), {"index.html": page}), "pages.stale-copyright")
    assert not found(scan(Pages(), {"index.html": page.replace("2017", "2026")}), "pages.stale-copyright")


def test_a_retired_counter_measures_nothing_and_a_word_for_paying_is_no_checkout() -> None:
    counted = TOURS.replace(
        "</body>", "<script>s.src = '//www.google-analytics.com/ga.js'; say('We take Zelle')</script></body>"
    )
    result = scan(Pages(), {"index.html": counted})
    assert found(result, "pages.no-analytics")
    assert found(result, "pages.no-checkout")


def test_a_folder_of_the_old_site_is_no_part_of_the_new_one() -> None:
    old = "<html><head><title>Old</title></head><body><img src='gone.png'></body></html>"
    assert not found(scan(Pages(), {"index.html": TOURS, "old/index.html": old}), "pages.picture-without-text")
