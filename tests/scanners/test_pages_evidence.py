"""What is evidence for a visitor and what is not: staff's pages and forms, names of functions, documents that pages include."""

import pytest

from scanners.pages import Pages
from tests.scanners.test_pages_sites import HEAD, TOURS, profiles, said
from tests.support.context import scan


def places(files: dict[str, str], rule: str) -> set[str]:
    found = (match for match in scan(Pages(), files).matches if match.rule_id == f"pages.{rule}")
    return {place.path for match in found for place in (match.location, *match.also_at)}


WHOLE = "<!doctype html><html lang='es'><head><title>{}</title></head><body>{}</body></html>"


def test_a_whole_document_that_pages_include_gives_them_its_heading_and_is_asked_for_nothing() -> None:
    header = "<!doctype html><html><head><link rel='icon' href='x.png'></head><body><h1>Campo</h1></body></html>"
    files = {
        "header.php": header,
        "index.php": "<?php include 'header.php'; ?>" + WHOLE.format("Hotel", "<p>Hola</p>"),
        "galeria.php": "<?php include('header.php') ?>" + WHOLE.format("Hotel", "<p>Fotos</p>"),
        "sin.php": WHOLE.format("Otro", "<p>Solo</p>"),
    }
    assert places(files, "no-h1") == {"sin.php"}
    assert places(files, "no-favicon") == {"sin.php"}
    assert "header.php" not in places(files, "no-canonical")


def test_pages_of_php_that_include_a_header_have_titles_of_their_own() -> None:
    files = {
        "nav.php": "<nav><a href='index.php'>Home</a></nav>",
        "index.php": WHOLE.format("Hotel", "<?php include 'nav.php'; ?><h1>Hola</h1>"),
        "galeria.php": WHOLE.format("Hotel", "<?php include 'nav.php'; ?><h1>Fotos</h1>"),
    }
    assert places(files, "same-title") == {"index.php", "galeria.php"}
    printed = {name: text.replace("Hotel", "Hotel <?php the_title(); ?>") for name, text in files.items()}
    assert not places(printed, "same-title")


def test_a_page_that_fetches_its_header_has_a_title_of_its_own() -> None:
    fetches = "<script>fetch('components/header.html')</script>"
    files = {"index.html": WHOLE.format("Charters", fetches), "index2.html": WHOLE.format("Charters", fetches)}
    assert places(files, "same-title") == {"index.html", "index2.html"}


@pytest.mark.parametrize(
    "branches",
    [
        "<?php if ($in): ?><a id='enter'>Me</a><?php else: ?><a id='enter'>Enter</a><?php endif; ?>",
        "<?php if ($in) { ?><a id='enter'>Me</a><?php } elseif ($x) { ?><a id='enter'>Enter</a><?php } ?>",
    ],
)
def test_an_id_in_two_branches_is_on_the_page_once(branches: str) -> None:
    assert "same-id" not in said({"index.php": WHOLE.format("Hotel", branches)})
    assert "same-id" in said({"index.php": WHOLE.format("Hotel", "<a id='enter'>Me</a><a id='enter'>Enter</a>")})


def test_an_id_on_both_sides_of_a_choice_of_a_component_is_on_the_page_once() -> None:
    page = "---\nconst n = 1;\n---\n" + WHOLE.format(
        "Menu", "{n ? (\n<p id='list'>a</p>\n) : (\n<p id='list'>b</p>\n)}"
    )
    assert "same-id" not in said({"src/pages/index.astro": page})


def test_a_mail_that_a_page_sends_does_not_make_the_page_a_mail() -> None:
    code = "<?php $m = '<html xmlns:v=\"urn:schemas-microsoft-com:vml\"><body>Hi</body></html>'; mail($to, $m); ?>"
    page = code + "<html><head></head><body><p>Prendre rendez-vous</p></body></html>"
    assert "no-language" in said({"index.php": page})


def test_what_the_staff_sees_behind_a_password_is_no_calendar_for_visitors() -> None:
    staff = (
        "<!doctype html><html lang='en'><head><title>Jobs</title><meta name='robots' content='noindex'></head>"
        "<body><input type='password' aria-label='Password'><div class='calendar-panel'></div></body></html>"
    )
    assert "no-availability-calendar" in said({"index.html": TOURS, "scheduler.html": staff})


@pytest.mark.parametrize(
    "form",
    [
        "<form><input name='dish'><textarea name='text'></textarea><button type='submit'>Add to today's specials</button></form>",
        "<form><input name='dish'><input name='cost'><input type='submit' value='Guardar'></form>",
        "<input type='date' id='calcStart'><input type='date' id='calcEnd'><input type='number' id='calcPersons'>",
    ],
)
def test_a_form_of_the_staff_and_a_calculator_ask_for_no_booking(form: str) -> None:
    page = TOURS.replace("<a href='/book'>Book now</a>", "<p>Call to book</p>")
    assert "no-booking-form" in said({"index.html": page.format(form)})
    asked = "<form><input name='name'><textarea name='text'></textarea><button>Send</button></form>"
    assert "no-booking-form" not in said({"index.html": page.format(asked)})


@pytest.mark.parametrize(
    "script",
    ["const formSubmit = document.querySelector('form'); formSubmit.click();", "x.getResponseHeader('a')"],
)
def test_the_name_of_a_function_is_no_service_that_collects_addresses(script: str) -> None:
    assert "no-email-capture" in said({"index.html": TOURS.format(f"<script>{script}</script>")})


def test_an_option_of_a_picker_is_no_booking_service() -> None:
    script = "<script>$('#d').datetimepicker({pickTime: false})</script>"
    assert "no-checkout" in said({"index.html": TOURS.format(script)})


@pytest.mark.parametrize("field", ["id='numero_tarjeta'", "name='cvv'", "name='kartennummer'", "name='numero_carte'"])
def test_a_field_for_a_card_takes_payment(field: str) -> None:
    assert "no-checkout" not in said({"index.html": TOURS.format(f"<form><input {field} aria-label='Card'></form>")})


@pytest.mark.parametrize(
    "words",
    ["<p>The team reviews availability and weather.</p>", "<blockquote>We cook only with what is fresh.</blockquote>"],
)
def test_what_a_team_does_and_says_of_itself_is_no_review(words: str) -> None:
    assert "no-reviews" in said({"index.html": TOURS.format(words)})


def test_a_quote_with_its_guest_is_a_review() -> None:
    quote = "<blockquote>Best day ever.<cite>Ann B.</cite></blockquote>"
    assert "no-reviews" not in said({"index.html": TOURS.format(quote)})


@pytest.mark.parametrize(
    "link",
    ["<a href='https://booksy.com/fr-fr/1_salon'><img src='rdv.png' alt='agenda'></a>", "<p>Pour prendre RDV :</p>"],
)
def test_who_sends_visitors_to_a_service_for_appointments_takes_bookings(link: str) -> None:
    nav = "<nav><a href='tarifs.html'>Tarifs</a><a href='contact.html'>Contact</a></nav><p>07.62.75.15.00</p>"
    page = HEAD.format("Beauté de Lorgues") + f"<h1>Ongles et cils</h1>{nav}{link}</body></html>"
    assert "booking" in profiles({"index.html": page})


def test_the_links_of_a_layout_count_for_every_page_that_it_makes() -> None:
    nav = "<a href='/'>Home</a><a href='/charters'>Charters</a>"
    files = {
        "server.js": "app.engine('handlebars', exphbs())",
        "views/layouts/main.handlebars": HEAD.format("Reel Drag Co") + nav + "{{{body}}}</body></html>",
        "views/index.handlebars": "<h3>About us</h3><p>Fishing charters in Florida: the best fishing charters.</p>",
        "views/charters.handlebars": "<h2>Charters</h2><p>A trip, a half-day trip, a full trip, a night trip, "
        "a trip for two, trips with guests, your trip, our trips</p>",
    }
    assert {"marketing", "booking", "tours"} <= profiles(files)


def test_a_tag_that_writes_the_picture_only_where_there_is_one_writes_none() -> None:
    layout = "<!doctype html><html lang='en'><head>{% seo %}</head><body>{{ content }}</body></html>"
    files = {"_config.yml": "title: Imai\n", "_layouts/default.html": layout}
    assert "no-social-image" in said(files)
    assert "no-social-image" not in said({**files, "index.md": "---\nimage: /a.png\n---\n# Hi\n"})


@pytest.mark.parametrize("address", ["info@test.de", "hi@lalalala.deee", "name@beispiel.de"])
def test_a_made_up_address_is_seen_in_the_text_too(address: str) -> None:
    assert "placeholder-email" in said({"index.html": HEAD.format("Flat") + f"<p>E-Mail: {address}</p></body></html>"})


def test_a_number_with_a_stroke_is_made_up_as_well() -> None:
    assert "placeholder-phone" in said({"index.html": HEAD.format("Flat") + "<p>Telefon: 01234 / 567890</p>"})
    assert "placeholder-phone" not in said({"index.html": HEAD.format("Flat") + "<p>Telefon: 04503 / 781624</p>"})


def test_a_token_that_the_page_itself_calls_a_key_is_a_secret() -> None:
    key = "0123456789abcdef" * 4
    page = HEAD.format("Flat") + "<script>const apiKey = '{}'; // token</script></body></html>"
    assert "secret-in-page" in said({"index.html": page.format(key)})
    assert "secret-in-page" not in said({"index.html": page.format("abcdef")})


def test_the_filler_of_a_layout_program_is_placeholder_text() -> None:
    filler = "Vit, omnis con eum nonsecabori tem eaquunda voluptatio et aut vel inullaces"
    assert "placeholder-text" in said({"index.html": HEAD.format("Crew") + f"<p>{filler}</p></body></html>"})


def test_a_link_to_a_page_of_php_that_is_nowhere_is_broken() -> None:
    page = WHOLE.format("Kite", "<?php include 'nav.php'; ?><a href='precios.php'>Precios</a><a href='index.php'>x</a>")
    files = {"nav.php": "<nav></nav>", "index.php": page}
    assert places(files, "broken-link") == {"index.php"}
    assert not places({**files, "precios.php": WHOLE.format("P", "")}, "broken-link")


def test_what_laravel_has_compiled_is_no_second_site() -> None:
    layout = WHOLE.format("Argentina", "@yield('contenido')")
    compiled = layout.replace("@yield('contenido')", "<?php echo $__env->yieldContent('contenido'); ?>")
    files = {"artisan": "", "resources/views/layout.blade.php": layout, "storage/framework/views/a1.php": compiled}
    assert scan(Pages(), files).looked_at["sites"] == 1


def test_a_filter_of_a_list_asks_for_no_booking() -> None:
    page = TOURS.replace("<a href='/book'>Book now</a>", "<p>Call to book</p>")
    fields = "<select></select><input type='number' placeholder='0'><input type='number'><input type='search'>"
    assert "no-booking-form" in said({"index.html": page.format(f"<form method='dialog'>{fields}</form>")})


def test_prices_that_a_script_fetches_are_prices() -> None:
    files = {
        "index.html": TOURS.format("<script src='shop.js'></script>"),
        "shop.js": "fetch('./data/products.json').then(show)",
    }
    assert "no-price" in said(files)
    assert "no-price" not in said({**files, "data/products.json": '[{"name": "Shampoo", "price": 24.9}]'})


def test_a_layout_whose_title_stands_in_a_database_is_known_by_its_footer() -> None:
    files = {
        "composer.json": "{}",
        "templates/_layout/base.twig": "<!doctype html><html lang='de'><head><title>{{ seoTitle }}</title></head><body>"
        "{% include '_partials/nav.twig' %}{% block content %}{% endblock %}{% include '_partials/footer.twig' %}</body></html>",
        "templates/_partials/nav.twig": "<a href='/preise'>Preise</a><a href='/kontakt'>Kontakt</a><a href='/b'>Buchungsanfrage senden</a>",
        "templates/_partials/footer.twig": "<p>Unsere Ferienwohnung mit zwei Schlafzimmern liegt ruhig.</p><p>Bis 4 Gäste.</p>",
    }
    assert {"marketing", "booking", "rental"} <= profiles(files)


def test_blind_text_is_placeholder_text() -> None:
    blind = "<p>Far far away, behind the word mountains, live the blind texts.</p>"
    assert "placeholder-text" in said({"index.html": HEAD.format("Salon") + blind + "</body></html>"})


def test_a_salon_that_shows_itself_around_sells_no_trips() -> None:
    page = HEAD.format("Wellness hair salon and day spa") + (
        "<a href='/t'>Virtual tour</a><a href='/p'>Packages</a><a href='/d'>Destinations</a><a href='/b'>Book now</a>"
        "<h2>Packages</h2><h2>Tour our rooms</h2><h2>Tour the bar</h2><h2>Tour it</h2>"
        "<p>package package package packages destination package trip tour tour</p></body></html>"
    )
    assert "tours" not in profiles({"index.html": page})


@pytest.mark.parametrize("index", ["index.blade.php", "index.ejs", "home.hbs"])
def test_a_site_of_templates_begins_with_its_index(index: str) -> None:
    page = HEAD.format("Salon") + "<h1>Hair salon</h1></body></html>"
    files = {"server.js": "", "artisan": "", f"resources/views/{index}": page, "resources/views/about.blade.php": page}
    (site,) = (record for record in scan(Pages(), files).records if record.kind == "page-site")
    assert site.source.path == f"resources/views/{index}"


def test_a_text_that_is_looked_up_for_a_language_is_shown() -> None:
    page = HEAD.format("Login") + "{% load i18n %}<button type='submit'>{% trans 'Login' %}</button></body></html>"
    assert "control-without-name" not in said({"templates/base.html": page})
    assert "control-without-name" in said({"templates/base.html": page.replace("{% trans 'Login' %}", "{% if x %}")})


def test_a_link_to_a_form_that_is_not_there_asks_for_no_booking() -> None:
    page = TOURS.replace("<a href='/book'>Book now</a>", "<a href='contact.html'>Book now</a>").format("")
    assert "no-booking-form" in said({"index.html": page})


def test_a_copy_of_the_first_page_in_the_folder_that_is_served_shares_no_title() -> None:
    files = {"server.js": "", "index.html": HEAD.format("Kapsalon") + "<p>a</p></body></html>"}
    assert "same-title" not in said({**files, "public/index.html": HEAD.format("Kapsalon") + "<p>b</p></body></html>"})
    assert "same-title" in said({**files, "shop/index.html": HEAD.format("Kapsalon") + "<p>b</p></body></html>"})


def test_a_picture_that_is_nowhere_is_missed_behind_a_server_too() -> None:
    page = HEAD.format("Kapsalon") + "<img src='{}' alt='a'></body></html>"
    files = {"server.js": "app.use(express.static('public'))", "public/logo.svg": "<svg/>"}
    assert "missing-picture" in said({**files, "index.html": page.format("assets/images/gone.jpg")})
    assert "missing-picture" not in said({**files, "index.html": page.format("/images/logo.svg")})
    assert "missing-picture" not in said({**files, "index.html": page.format("uploads/gone.jpg")})


@pytest.mark.parametrize(
    "files",
    [
        {
            "docs/html/index.html": '<html><head><meta name="generator" content="Doxygen 1.9.1"/></head><body></body></html>'
        },
        {
            "public/plugins/picker/package.json": "{}",
            "public/plugins/picker/index.html": HEAD.format("Picker") + "</body></html>",
        },
        {
            "resources/views/welcome.blade.php": "<!DOCTYPE html><html><head><title>Laravel</title></head>"
            "<body><a href='https://laravel.com/docs'>Docs</a></body></html>"
        },
    ],
)
def test_what_a_tool_or_a_package_brings_is_no_page_of_the_team(files: dict[str, str]) -> None:
    assert not scan(Pages(), files).matches
    assert scan(Pages(), {**files, "index.html": TOURS.format("")}).looked_at["pages"] == 1


def test_views_with_a_capital_letter_are_those_of_one_site() -> None:
    page = "<!doctype html><html><head><title>{}</title></head><body><h1>Nails</h1></body></html>"
    files = {
        "app/Views/article/show.php": page.format("Article"),
        "app/Views/home/main.php": page.format("Home"),
        "app/Controllers/Home.php": "<?php render('home/main');",
    }
    assert scan(Pages(), files).looked_at["sites"] == 1


def test_a_travel_website_is_for_travellers_and_a_website_builder_for_the_trade() -> None:
    shown = "<h1>Excursions and tours</h1><a href='/book'>Book now</a><p>Call +255 777 123 456</p></body></html>"
    assert "tours" in profiles({"index.html": HEAD.format("Travel Website") + shown})
    assert "tours" not in profiles({"index.html": HEAD.format("Websites for charters") + shown})


def test_a_layout_that_is_named_as_markdown_is_a_layout() -> None:
    layout = (
        "<!doctype html><html lang='en'><head><title>{{ page.title }}</title></head><body>{{ content }}</body></html>"
    )
    files = {
        "_config.yml": "title: Burnside nails\n",
        "_layouts/master.md": layout,
        "index.md": "---\nlayout: master\ntitle: Nails and spa\n---\n# Nails\n",
    }
    assert scan(Pages(), files).looked_at["pages"] == 1
    assert places(files, "no-description") == {"_layouts/master.md"}


@pytest.mark.parametrize(
    "link",
    [
        "<a href='mailto:reservations@harbor-tours.org'>Write</a>",
        "<a href='https://wa.me/16195550142?text=A%20reservation%20please'>Chat</a>",
        "<a href='tel:+16195550142'>Reservations</a>",
    ],
)
def test_an_address_to_write_to_is_no_form(link: str) -> None:
    page = TOURS.replace("<a href='/book'>Book now</a>", "<p>Call to book</p>")
    assert "no-booking-form" in said({"index.html": page.format(link)})


@pytest.mark.parametrize(
    "mark",
    [
        "<div class='calendar-icon'></div>",
        "<img class='calendar' src='c.svg' alt='day'>",
        "<a class='add-to-calendar' href='/e.ics'>Save</a>",
    ],
)
def test_a_picture_of_a_calendar_shows_no_free_dates(mark: str) -> None:
    assert "no-availability-calendar" in said({"index.html": TOURS.format(mark)})


@pytest.mark.parametrize("claim", ["Enjoy our 5-star service", "A five-star experience", "5-star hotel nearby"])
def test_a_star_that_a_business_gives_itself_is_no_review(claim: str) -> None:
    assert "no-reviews" in said({"index.html": TOURS.format(f"<p>{claim}</p>")})


def test_a_menu_in_portuguese_is_no_card_to_pay_with() -> None:
    assert "no-checkout" in said({"index.html": TOURS.format("<input name='cardapio' aria-label='Prato'>")})


@pytest.mark.parametrize("title", ["Burnside nails and beauty salon", "Friseursalon Maier", "Barbería Los Amigos"])
def test_a_salon_takes_appointments_even_if_it_does_not_say_so(title: str) -> None:
    page = (
        HEAD.format(title)
        + "<a href='/preise'>Prices</a><a href='/c'>Contact</a><p>Call +61 412 345 671</p></body></html>"
    )
    assert "booking" in profiles({"index.html": page})


def test_a_page_of_a_program_beside_the_only_site_belongs_to_it() -> None:
    files = {
        "Vistas/Index.php": HEAD.format("Excursiones") + "<h1>Excursiones</h1></body></html>",
        "funciones/olvidar.php": "<?php f(); ?>" + HEAD.format("Contraseña") + "<p>Nueva</p></body></html>",
    }
    assert scan(Pages(), files).looked_at["sites"] == 1


def test_a_template_that_was_begun_from_a_saved_page_is_the_teams_own() -> None:
    saved = "<!DOCTYPE html>\n<!-- saved from url=(0038)http://themes.example/salon/index.html -->\n<html><head></head>"
    theirs = saved + "<body><h1>Salon</h1></body></html>"
    ours = saved + "<link href=\"{{ asset('style.css') }}\"><body>@yield('content')</body></html>"
    assert scan(Pages(), {"index.html": theirs}).skipped
    assert scan(Pages(), {"resources/views/layouts/index.blade.php": ours}).looked_at["pages"] == 1
