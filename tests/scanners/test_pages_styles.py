"""Styles of writing pages: views of a program, components, generators with a folder of sources, pages of design programs."""

import pytest

from scanners.pages import Pages
from tests.scanners.test_pages_evidence import WHOLE, places
from tests.scanners.test_pages_sites import HEAD, TOURS, profiles, said
from tests.support.context import scan

LAYOUT = "<html><head><title>Salon</title></head><body>{}</body></html>"


@pytest.mark.parametrize(
    "content",
    [
        "<?= $content ?>",
        "<?php echo $contenu; ?>",
        "<?= $this->content() ?>",
        "<?php echo $page_content ?>",
    ],
)
def test_a_view_that_hands_its_content_to_a_layout_of_php_is_judged(content: str) -> None:
    view = "<?php ob_start(); ?><img src='a.jpg' alt='A'><?php $content = ob_get_clean(); require('template.php'); ?>"
    files = {"view/front/template.php": LAYOUT.format(content), "view/front/home.php": view}
    assert "view/front/home.php" in places(files, "picture-without-size")


@pytest.mark.parametrize(
    "include", ["include('partials/nav')", 'include("../partials/nav.ejs")', "include('nav', {a: 1})"]
)
def test_a_part_that_a_view_includes_without_its_ending_is_judged(include: str) -> None:
    view = WHOLE.format("Home", f"<%- {include} %>")
    files = {"views/index.ejs": view, "views/partials/nav.ejs": "<nav><button><span></span></button></nav>"}
    assert places(files, "control-without-name") == {"views/partials/nav.ejs"}


@pytest.mark.parametrize(
    "program",
    [
        'app.get("/robots.txt", (req, res) => res.send("x"))',
        "router.get('/robots.txt', robots)",
        "app.use(`/robots.txt`, robots)",
    ],
)
def test_a_route_of_the_program_answers_with_robots_txt(program: str) -> None:
    files = {"views/index.ejs": WHOLE.format("Home", "x")}
    assert "no-robots-txt" not in said({**files, "server.js": program})
    assert "no-robots-txt" in said({**files, "server.js": "// robots.txt is to be written"})


@pytest.mark.parametrize("ending", ["ejs", "hbs", "njk"])
def test_what_a_program_shows_first_is_its_view_and_no_draft_beside_it(ending: str) -> None:
    data = '<script type="application/ld+json">{"@type": "Hotel"}</script>'
    files = {"index.html": WHOLE.format("Draft", "x"), f"views/index.{ending}": WHOLE.format("Home", data)}
    assert "no-structured-data" not in said(files)


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ('<script type=\'application/ld+json\'>{"@type": "Service"}</script>', "no-structured-data"),
        ("<link rel='icon' href='/a.png'>", "no-favicon"),
        ("<link rel='canonical' href='{{ url }}'>", "no-canonical"),
    ],
)
def test_a_part_for_the_head_alone_counts_for_its_layout(part: str, rule: str) -> None:
    files = {
        "_includes/base.njk": "<html><head>{% include 'part.njk' %}</head><body>{{ content }}</body></html>",
        "_includes/part.njk": part,
    }
    assert rule not in said(files)
    assert rule in said({**files, "_includes/part.njk": "<p>x</p>"})


def astro(**files: str) -> dict[str, str]:
    layout = "---\nconst a = 1\n---\n<html><head><title>Trout trips</title><Head /></head><body><h1>Guided fishing trips</h1><slot /></body></html>"
    return {"src/layouts/Layout.astro": layout} | {
        name.replace("__", "/").replace("_astro", ".astro").replace("_ts", ".ts").replace("_yaml", ".yaml"): text
        for name, text in files.items()
    }


def test_a_head_that_is_made_by_a_component_of_a_component_lacks_nothing() -> None:
    files = astro(
        src__components__Head_astro="---\nimport { AstroSeo } from '@astrolib/seo';\n---\n<AstroSeo {...all} />"
    )
    assert not {"no-canonical", "no-social-image", "no-description"} & said(files)
    assert "no-structured-data" in said(files)


@pytest.mark.parametrize("inner", ["<Logo />", "<Fragment set:html={text} />", "<BrandName/>", "<slot />"])
def test_a_control_around_a_component_for_a_text_may_have_a_name(inner: str) -> None:
    assert "control-without-name" not in said(astro(src__components__Nav_astro=f"<nav><a href='/'>{inner}</a></nav>"))


def test_a_control_around_an_icon_alone_has_no_name() -> None:
    assert "control-without-name" in said(
        astro(src__components__Nav_astro="<nav><a href='/'><Icon name='x' /></a></nav>")
    )


def test_a_picture_component_writes_its_size_itself() -> None:
    page = "---\nimport { Image } from 'astro:assets'\n---\n<main>{}</main>"
    assert "picture-without-size" not in said(
        astro(src__pages__a_astro=page.replace("{}", "<Image src={logo} alt='A' />"))
    )
    assert "picture-without-size" in said(astro(src__pages__a_astro=page.replace("{}", "<img src='/a.jpg' alt='A' />")))


@pytest.mark.parametrize(
    "files",
    [
        astro(src__config_yaml="analytics:\n  googleAnalytics:\n    id: 'G-7K2MADEUP1'\n"),
        astro(src__components__A_astro="<GoogleAnalytics id='G-7K2MADEUP1' />"),
        astro(src__components__A_astro="---\nconst id = 'G-7K2MADEUP1'\n---\n<script src={`x?id=${id}`}></script>"),
    ],
)
def test_an_id_that_a_component_is_given_counts_visits_and_asks_for_consent(files: dict[str, str]) -> None:
    assert "no-analytics" not in said(files)
    assert "no-consent" in said(files)
    policy = {"src/pages/privacy.md": "---\ntitle: Privacy\n---\nWe use cookies to count visits."}
    assert "no-consent" in said({**files, **policy})


@pytest.mark.parametrize("link", ["href: '/privacy'", 'url: "/privacy-policy"', "to: getPermalink('/privacy')"])
def test_a_link_that_stands_in_the_data_of_a_menu_is_a_link(link: str) -> None:
    assert "no-privacy-notice" not in said(astro(src__navigation_ts=f"export const links = [{{ text: 'x', {link} }}]"))
    assert "no-privacy-notice" in said(astro(src__navigation_ts="export const links = [{ href: '/about' }]"))


def test_the_pages_beside_the_folder_of_which_eleventy_makes_the_site_are_another_site() -> None:
    files = {
        ".eleventy.js": "module.exports = () => ({ dir: { input: 'src' } })",
        "src/_includes/base.njk": "<html><head><title>x</title></head><body>{{ content | safe }}</body></html>",
        "index.html": WHOLE.format("Old", "<a href='mailto:a@example.com'>a</a>"),
    }
    assert scan(Pages(), files).looked_at["sites"] == 2
    assert scan(Pages(), {**files, ".eleventy.js": "module.exports = () => ({})"}).looked_at["sites"] == 1
    other = {**files, ".eleventy.js": "export default c => c.setInputDirectory('./src')"}
    assert {match.details["site"] for match in scan(Pages(), other).matches} == {"/", "src"}
    assert "no-robots-txt" in said(other)
    assert not {match.details["profiles"] for match in scan(Pages(), other).matches if match.details["site"] == "/"} - {
        ""
    }
    used = "module.exports = c => { c.addPassthroughCopy('index.html'); return { dir: { input: 'src' } } }"
    assert scan(Pages(), {**files, ".eleventy.js": used}).looked_at["sites"] == 1


@pytest.mark.parametrize("title", ["Home", "Untitled Page", "Accueil"])
def test_a_first_page_that_does_not_say_what_it_is_about_is_known_by_the_others(title: str) -> None:
    contact = "<p>Call (604) 555-0123, $75/h</p><a href='junk.html'>Junk removal</a>"
    files = {"index.html": WHOLE.format(title, contact), "junk.html": WHOLE.format("Junk Removal", contact)}
    assert {"hauling", "booking"} <= profiles(files)


def test_a_first_page_that_is_only_a_picture_is_known_by_the_others() -> None:
    files = {
        "index.html": HEAD.format("Sarma") + "<img src='a.jpg' alt='Sarma'></body></html>",
        "charters.html": TOURS.format("$65"),
    }
    assert {"tours", "boats"} <= profiles(files)


@pytest.mark.parametrize(
    "branches",
    [
        "{% if user %}<h1>Yours</h1>\n{% else %}\n<h1>Ours</h1>{% endif %}",
        "{% if a %}<h1>A</h1>\n{% elif b %}\n<h1>B</h1>\n{% else %}\n<h1>C</h1>{% endif %}",
        "{{#if a}}<h1>A</h1>\n{{else}}\n<h1>B</h1>{{/if}}",
    ],
)
def test_headings_in_different_branches_are_one(branches: str) -> None:
    assert "many-h1" not in said({"index.html": WHOLE.format("x", branches)})
    assert "many-h1" in said({"index.html": WHOLE.format("x", branches + "<h1>D</h1>")})


@pytest.mark.parametrize(
    "address", ["https://www.rdv360.com/x", "//booking.salon.example/x", "https://reservations.example/x"]
)
def test_a_frame_of_a_service_for_appointments_is_a_form_to_book_with(address: str) -> None:
    text = "<h1>Hair salon</h1><p>Call (604) 555-0123, $25</p>"
    assert "no-booking-form" not in said(
        {"index.html": HEAD.format("Hair salon") + text + f"<iframe src='{address}'></iframe></body></html>"}
    )
    assert "no-booking-form" in said(
        {
            "index.html": HEAD.format("Hair salon")
            + text
            + "<iframe src='https://maps.example/x'></iframe></body></html>"
        }
    )


@pytest.mark.parametrize(
    "words",
    [
        "I had an incredible stay at this hotel.",
        "It exceeded my expectations.",
        "Ich kann das Haus nur weiterempfehlen.",
    ],
)
def test_what_only_a_guest_says_is_a_review(words: str) -> None:
    assert "no-reviews" not in said({"index.html": TOURS.format(words)})
    assert "no-reviews" in said({"index.html": TOURS.format("We would love to exceed your expectations.")})


def test_a_package_that_only_npm_began_builds_no_pages() -> None:
    files = {"index.html": WHOLE.format("x", "<a href='rates.html'>Rates</a>")}
    empty = '{"scripts": {"test": "exit 1"}, "dependencies": {"sendgrid": "^5.0.0"}}'
    assert "broken-link" in said({**files, "package.json": empty})
    assert "broken-link" not in said({**files, "package.json": '{"scripts": {"test": "x", "build": "y"}}'})
    assert "broken-link" not in said(
        {**files, "package.json": '{"scripts": {"test": "x"}, "dependencies": {"express": "4"}}'}
    )


def test_a_component_for_what_is_online_has_no_script_in_an_attribute() -> None:
    assert "inline-handler" not in said({"index.html": WHOLE.format("x", "<x-faq online>x</x-faq>")})
    assert "inline-handler" in said({"index.html": WHOLE.format("x", "<p ononline='a()'>x</p>")})


def test_the_page_of_a_host_at_a_marketplace_shows_no_free_nights() -> None:
    text = "<h1>Guest house</h1><p>3 guests, 2 nights, bedrooms</p><p>(604) 555-0123</p><a href='{}'>Airbnb</a></body></html>"
    page = HEAD.format("Guest house by the sea") + text
    assert "no-availability-calendar" in said({"index.html": page.format("https://www.airbnb.fr/users/profile/12")})
    assert "no-availability-calendar" not in said({"index.html": page.format("https://www.airbnb.fr/rooms/12")})


@pytest.mark.parametrize("folder", ["view/frontend", "view", "app/view/front"])
def test_views_of_php_in_a_folder_of_the_singular_are_those_of_the_whole_program(folder: str) -> None:
    files = {f"{folder}/template.php": LAYOUT.format("<?= $content ?>"), "index.php": "<?php require 'x.php';"}
    assert "no-robots-txt" not in said({**files, "robots.txt": "User-agent: *"})
    assert "no-robots-txt" in said(files)
