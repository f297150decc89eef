"""What kind of site it is: a rule about booking says nothing about a sign-in page."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from auditor.model.pattern import lazy
from scanners.pages.services import BOOKING_SERVICES
from scanners.pages.trades import serves_customers, takes_appointments

if TYPE_CHECKING:
    from scanners.pages.page import Page
    from scanners.pages.site import Site

KNOWN = frozenset({"app", "dialog", "marketing", "booking", "tours", "boats", "hauling", "rental"})

PHONE = lazy(
    r"(?<![\w.-])(?:\+?\d{1,3}[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])|(?:\+|\b00)\d{1,3}[\s.()-]{0,3}\d[\d\s.()-]{6,}\d|\+\d{9,14}\b"
    r"|(?<![\d.,-])\(?0\d{1,4}\)?[\s/-]\d{3,4}[\s-]?\d{3,4}(?![\d.-])|(?<![\d.,-])8[\s-]?\(?\d{3}\)?[\s-]?\d{3}[\s-]\d\d[\s-]\d\d(?![\d.-])|(?<![\d.,-])0\d{2,3}\.\d{3}\.\d{3,4}(?![\d.-])|(?<![\w.,-])0\d{9}(?![\w.,-])|(?<![\d.-])0\d(?:[\s.]\d\d){4}\b|(?<![\d.-])[679]\d\d[\s.]\d\d\d?[\s.]\d\d\d?[\s.]?\d\d\b"
)
PRICE = lazy(
    r"(?:[$€£₹₱₦฿₫]|\b(?:Rs\.?|INR|USD|EUR|GBP|KES|Ksh|PHP|Rp\.?|S/\.?|kr\.?)\s?:?)\s?\{\{|\}\}\s?(?:[€£₹₫]|(?:USD|EUR|kr|z[łl]|DH|MAD|TL|F?CFA)\b)|\{\{[\s$]*[\w.>\[\]'\"-]*(?:price|precio|pre[çc]o|preis|prix|prezzo)\b|(?:US|CA|AU|NZ|HK|NT|MX|AR|R|S|C|B/|RD|TT|J)?[$€£¥₹₱₦฿₺₡₲₴₽₫₩₪]\s?\d[\d,.]*(?![\d,.])(?!\s*(?i:off|discount|rabatt|million|billion|bn|mio|mrd|millones|milh[õo]es)\b)(?!\s?[MB]\b)|\b\d[\d,.]*\s?(?:[€£₺₽₫₴]|\$(?!\w))|\b\d[\d,.]*\s?(?:USD|EUR|GBP|CHF|CAD|AUD|AED|SAR|QAR|KES|TZS|MXN|COP|ARS|PEN|ISK|NOK|SEK|DKK|PLN|z[łl]|K[čc]|Ft|lei|kn|kr|soles|pesos|euros?|dollars?|dirhams?|dhs?|rub|руб|TL|VN[ĐD]|đ(?:ồng)?|грн)\b|\b\d[\d.]*,-(?!\d)|\b(?:USD|EUR|GBP|CHF|AED|KES|Ksh|KSh|INR|Rs\.?|MXN|ZAR|THB|IDR|Rp\.?|LKR|NPR|PKR|BDT|PHP|MYR|RM|SGD|S/\.?|Kč|kr\.?)\s?\d[\d,.]*"
)
_CALL_TO_BOOK = lazy(
    r"\b(?:book(?!\s+(?:a|your|an|my)?\s*(?:free\s+|discovery\s+|strategy\s+|quick\s+|intro\w*\s+|tech\s+)*(?:call|demo|consult\w*|meeting|session|audit|chat|review))(?:\s+(?:now|online|a|an|it|your|today|here|this|direct|with|our|the|us|appointments?|tables?|tickets?|tours?|stay|rooms?|trips?))|(?<!more )(?<!new )(?<!get )bookings?|reserve\s+(?:now|your|a|today|online|here|yours?)|(?<=\| )reserve(?= \|)|reservations?"
    r"|request\s+(?:a|your|an)\s+(?:booking|pick-?up|reservation|appointment)|check\s+availability|(?:make|schedule|get|request)\s+(?:appointments?\b|(?:an?|your|my)\s+(?:\w+\s+)?(?:appointment|visit|pick-?up|haul|tour|trip|rental))|rent\s+(?:now|today|a|yours?|this)|schedule\s+(?:now|online|pick-?up|service)|online\s+(?:scheduling|appointments?)"
    r"|đặt\s+(?:tour|chỗ|vé|phòng|lịch|bàn|ngay|xe)|(?:pedir|solicitar|sacar|reservar)\s+(?:hora|turno|cita)|marcar\s+(?:consulta|hor[áa]rio)|agende\s+(?:sua|seu|agora)|um[óo]w\s+(?:wizyt[ęe]|si[ęe])|objednat|programare|programeaz[ăa]|запис(?:аться|ь|атися)|забронювати|бронювання|замовити|заказать|randevu|foglal(?:ás|jon)|id[őo]pont\w*|pesan\s+(?:sekarang|tiket)|reservasi"
    r"|bestill|boka|varaa|rezerwuj|rezervovat|забронировать|бронирование|buchen|buchung(?:en|sanfragen?)?|reservieren|reservierung(?:en)?|anfragen|reservar|reservas?|res[ée]rve[rz]|r[ée]servations?|prenota(?:zioni?|re|ora)?|agend(?:ar|e|a\s+tu|amento)|pedir\s+cita|cita\s+(?:previa|online)|(?:prendre|prise\s+de)\s+rdv|prendre\s+rendez-vous|rendez-vous|termin\s+(?:vereinbaren|buchen)|jetzt\s+(?:buchen|anfragen|mieten)|online\s+buchen|boeken|boek\s+nu|reserveren|rezervasyon|rezervo|rezerv[aá]c[ie]|rezervuj|κράτηση|予約|预订)\b",
    re.IGNORECASE,
)
_BY_APPOINTMENT = lazy(
    r"\b(?:(?:call|text|phone|contact|message|whatsapp)\s+(?:us\s+|me\s+)?(?:now\s+|today\s+)?(?:to|for)\s+(?:(?:an?|your|to|make|schedule)\s+){0,3}(?:book(?!s)\w*|reserv(?:e|ations?)|appointments?)|by\s+appointment(?:\s+only)?|appointments?\s+(?:available|only|required|necessary|recommended)|walk-?ins?\s+welcome"
    r"|(?:termin\s+)?nach\s+(?:termin)?vereinbarung|termine?\s+(?:unter|telefonisch)|(?:con|sin)\s+cita\s+previa|ll[áa]m[ae]nos\s+(?:\w+\s+){0,3}para\s+(?:reservar|agendar|pedir)|(?:prendre|prise\s+de|sur|votre)\s+rdv|(?:prendre|sur)\s+rendez-vous|su\s+appuntamento|com\s+hora\s+marcada)\b",
    re.IGNORECASE,
)
"""Said in the text, where no link or heading says it."""
_OF_A_TRADE = lazy(
    r"\b(?:(?:book(?:ing)?|reserve)\s+(?:a|your|my|our)\s+(?:table|room|haircut|massage|treatment|charter|boat|yacht|cruise|stay|appointment)s?|table\s+(?:bookings?|reservations?)"
    r"|reserv(?:ar?|e|a\s+tu|e\s+sua)\s+(?:una?\s+|uma\s+|tu\s+|sua\s+)?(?:mesa|habitaci[oó]n|quarto)|tisch\s+(?:reservieren|buchen|bestellen)|tischreservierung|zimmer\s+(?:buchen|reservieren)|r[ée]serve[rz]\s+(?:une|votre)\s+(?:table|chambre|sortie|croisi[èe]re)"
    r"|prenota(?:re)?\s+(?:un|il\s+tuo|una?)\s+(?:tavolo|camera|ombrellone)|tafel\s+(?:reserveren|boeken)|kamer\s+boeken|(?:za)?rezerwuj\s+(?:stolik|pok[óo]j|rejs)|rezerwacja\s+(?:stolik(?:a|ów)|pokoj[uo]\w*|rejs\w*)|boka\s+(?:bord|rum)|bestill\s+(?:bord|rom)|bestil\s+bord|varaa\s+pöytä"
    r"|rezervovat\s+st[ůo]l|rezerv[aă]\s+o\s+mas[ăa]|asztalfoglal[áa]s|masa\s+(?:ayırt|rezervasyon)\w*|(?:за)?бронировать\s+(?:стол\w*|номер)|đặt\s+(?:bàn|phòng)|pesan\s+(?:meja|kamar))\b",
    re.IGNORECASE,
)
"""Only who serves guests says it: no other sign of a business is needed."""
_BUSINESS_NAV = lazy(
    r"\b(?:services|our\s+fleet|fleet|prices|pricing|rates|testimonials|reviews|about\s+us|our\s+team|our\s+story|contact\s+us|get\s+in\s+touch|contact|gallery|faqs?"
    r"|free\s+(?:quote|estimate)|get\s+a\s+quote|servicios|servi[çc]os|leistungen|prestations|servizi|nosotros|quienes\s+somos|sobre\s+(?:nosotros|n[óo]s)|[üu]ber\s+uns|[àa]\s+propos|chi\s+siamo|precios|tarifas|pre[çc]os|preise|tarifs|prezzi|galer[ií]a|galerie|galleria|contacto|kontakt|contatti|contato|opiniones|bewertungen|recensioni|flota|flotte"
    r"|testimonios|depoimentos|t[ée]moignages|tratamientos|tratamentos|trattamenti|treatments|our\s+(?:doctors|clinic|menu|rooms)|dentists|habitaciones|dove\s+siamo|nos\s+(?:services|tarifs|chambres)|devis|or[çc]amento|presupuesto|speisekarte|[öo]ffnungszeiten|anfahrt|cennik|us[łl]ugi|oferta|hizmetler(?:imiz)?|hakk[ıi]m[ıi]zda|ileti[şs]im|услуги|цены|отзывы|контакты|о\s+нас|послуги|ціни|відгуки|контакти|про\s+нас|servicii|despre\s+noi|pre[țt]uri|layanan|tentang\s+kami|diensten|over\s+ons|tarieven|tj[äa]nster|om\s+oss|slu[žz]by|cen[íi]k|dịch\s+vụ|liên\s+hệ|giới\s+thiệu|bảng\s+giá|về\s+chúng\s+tôi"
    r"|call\s+(?:us|now|today)|packages|amenities|service\s+areas?|why\s+choose\s+us|our\s+tours|destinations)\b",
    re.IGNORECASE,
)
_TOURS = lazy(
    r"\b(?:(?<!virtual )(?<!360 )(?<!take a )tours?|excursions?|cruises?|(?:yacht|boat|fishing|sailing|private|sunset|deep[\s-]sea|catamaran|luxury)\s+charters?|charters\b|sailing\s+trips?"
    r"|fishing\s+(?:trips?|adventures?|guides?)|whale\s+watching|snorkel\w*|safaris?|kayak\w*|boat\s+(?:trips?|rides?|rentals?)|day\s+trips?|sightseeing|expeditions?|trekking|rafting|scuba|diving|surf\s+lessons?|paddle\s*board\w*|zip-?lin\w*|horseback|parasail\w*|jet\s?skis?|boat\s+hire"
    r"|paddling|canoe(?:ing)?|sup\s+(?:tours?|lessons?)|kite\s?surf\w*|wakeboard\w*|flyboard\w*|glass[\s-]bottom|dolphin\s+(?:tours?|watching)|sailing\s+(?:tours?|charters?|adventures?|experiences?|lessons?|school)|(?:boat|yacht|fishing|sailing|private|day|skippered|bareboat)\s+charters?|air\s?boat|(?:yachts?|boats?|vessels?|catamarans?|sailboats?)\s+(?:\w+\s+){0,2}for\s+charter|charter\s+(?:yachts?|boats?|enquir\w+|inquir\w+|rates)|houseboats?|pontoon\s+rentals?|boat\s+club|guided\s+(?:trips?|walks?|hikes?|fishing)|hiking|balloon\s+(?:rides?|flights?)|helicopter\s+(?:rides?|flights?)"
    r"|alquiler\s+de\s+(?:barcos?|yates?|embarcaciones|veleros?|lanchas?|catamaran\w*|motos?\s+de\s+agua|kayaks?)|excursi[oó]n(?:es)?|paseos?|avistamiento|navegaci[oó]n|pesca\s+deportiva|buceo|snorkel|senderismo|viajes\s+a|aventuras?"
    r"|croisi[èe]res?|excursions?\s+en|sorties?\s+en\s+(?:mer|bateau)|promenades?\s+en|visites?\s+guid[ée]es?|randonn[ée]es?|location\s+(?:de\s+)?(?:voilier|yacht|catamaran|jet)\w*|plong[ée]e"
    r"|bootstour(?:en)?|bootsfahrt(?:en)?|rundfahrt(?:en)?|hafenrundfahrt\w*|yachtcharter|segelreisen?|stadtf[üu]hrung\w*|kajak\w*|tauch(?:en|schule|g[äa]nge)|angel(?:tour|reisen?)\w*|bootsvermietung"
    r"|gite\s+in\s+barca|gita\s+in\s+barca|tour\s+in\s+barca|noleggio\s+(?:gommoni|yacht|catamaran\w*|vela)|crociere?|visite\s+guidate|immersioni"
    r"|passeios?|escunas?|mergulho|aluguel\s+de\s+(?:lanchas?|barcos?|iates?)|turismo\s+(?:n[áa]utico|de\s+aventura)|boottochten|rondvaart\w*|vaartochten|rejsy?|czarter\w*|izleti?|ekskurzij\w*|tekne\s+tur\w*|yat\s+kiralama|paseos?\s+en\s+(?:barco|velero)|tours?\s+en|location\s+de\s+bateaux?|balades?\s+en\s+mer|bootsverleih|segeltörns?|ausflüge?"
    r"|noleggio\s+barche|escursioni|passeios?\s+de\s+barco|аренд\w+\s+(?:яхт|катер)\w*|экскурси\w+|екскурсі\w+|путевк\w+|путівк\w+|тур\w*\s+по|турист\w+\s+аген\w+|турагент\w+|турфирм\w+)\b",
    re.IGNORECASE,
)
_TRAVEL = lazy(
    r"\b(?:du\s+lịch|wisata|travels?|trips?|tourism|holidays?|vacations?|destinations?|getaways?|viajes|reisen|voyages)\b",
    re.IGNORECASE,
)
_TRIP_LINKS = lazy(
    r"\b(?:packages?|tourist\s+\w+|resorts?|house\s?boats?|honeymoon|itinerar\w+|destinations?|sightseeing|excursions?|trips?|tours?|safaris?|hotels?)\b",
    re.IGNORECASE,
)
_TRIP_WORDS = lazy(
    r"\b(?:tours?|trips?|packages?|destinations?|itinerary|itineraries|excursions?|cruises?|sightseeing|days?\s*/\s*\d|\d+\s*days?|per\s+person|hotels?)\b",
    re.IGNORECASE,
)
_BOATS = lazy(
    r"\b(?:boats?|yachts?|sail(?:ing|boats?)|catamarans?|vessels?|(?:fishing|yacht|boat|sailing)\s+charters?|cruises?|barcos?|yates?|veleros?|bateaux?|boote?|barche|barca|barco|lanchas?|velero|voiliers?|catamarano?s?|yachten|segelboote?|motorboote?|gommon[ei]|iates?|embarca\w+|boten|tekne|pontoons?|jet\s?boats?|sailboats?|speedboats?|яхт\w*|катер\w*)\b",
    re.IGNORECASE,
)
_HAULING = lazy(
    r"\b(?:junk|(?:junk|trash|debris|waste|rubbish|furniture|appliance|light)\s+haul\w*|haul[\s-]away|hauling\s+(?:services?|company|by)|dumpsters?|rubbish|(?:trash|debris|waste|furniture|appliance|refuse|hot\s+tub|mattress|yard\s+waste|household)\s+removal|clean-?outs?|demolition\s+(?:and|&)\s+haul\w*|haulers?|hauling|roll-?offs?\b|(?:waste|trash|garbage|refuse|debris)\s+(?:disposal|collection|pick-?up)|disposal\s+(?:services?|company|inc|llc)|'s\s+disposal|skip\s+hire|(?:car|vehicle)\s+towing|tow\s+trucks?|towing\s+(?:services?|company)|pomoc\s+drogowa|holowanie|abschleppdienst|remorquage|carro\s?attrezzi|gr[úu]as?\s+(?:24|las)|guincho|(?:house|garage|estate)\s+clearance|waste\s+(?:clearance|collection)|man\s+(?:and|with)\s+(?:a\s+)?(?:van|truck)|entr[üu]mpel\w*|haushaltsaufl[öo]sung\w*|entsorgung\w*|sperrm[üu]ll|d[ée]barras|vide[- ]maison|enl[èe]vement\s+d.encombrants|retiro\s+de\s+(?:basura|escombros|muebles)|recogida\s+de\s+(?:muebles|escombros)|vaciado\s+de\s+(?:pisos|casas)|sgombero\w*|remo[çc][ãa]o\s+de\s+entulho)\b",
    re.IGNORECASE,
)
_RENTAL = lazy(
    r"\b(?:vacation\s+(?:rentals?|homes?)|holiday\s+(?:lets?|homes?|rentals?|cottages?|apartments?)|guest\s?houses?|cottages?|villas?|apartments?|condos?|cabins?"
    r"|airbnb|bed\s+(?:and|&)\s+breakfast|b&b|bnb|short[\s-]term\s+rentals?|beach\s+house|lodge|chalet|(?:tiny|lake|beach|mountain)\s?houses?|glamping|camp(?:ground|site|ing)|rv\s+(?:park|resort|sites?)|hostels?|hotels?|inn\b|motels?|homestays?|retreat|casas?\s+(?:rural|vacacional)\w*|alojamientos?|caba[ñn]as?|alquiler\s+vacacional|departamentos?|pousadas?|temporada|g[îi]tes?|chambres?\s+d.h[ôo]tes?|location\s+saisonni[èe]re|appartements?|ferienwohnung(?:en)?|ferienhaus|ferienh[äa]user|pension|g[äa]stehaus|agriturismo|case?\s+vacanz[ae]|appartament[oi]|apartman\w*|vakantie(?:huis|woning)\w*|noclegi|sommerhus)\b",
    re.IGNORECASE,
)
_LETS = lazy(
    r"\b(?:(?:vacation|holiday)\s+(?:rentals?|lets?|homes?|cottages?|apartments?|houses?|flats?)|short[\s-]term\s+rentals?|guest\s?houses?|bed\s+(?:and|&)\s+breakfast|b&b|homestays?"
    r"|casas?\s+(?:rural|vacacional)\w*|alquiler\s+vacacional|g[îi]tes?|chambres?\s+d.h[ôo]tes?|location\s+saisonni[èe]re|ferienwohnung(?:en)?|ferienhaus|ferienh[äa]user|g[äa]stehaus"
    r"|agriturismo|case?\s+vacanz[ae]|vakantie(?:huis|woning)\w*|sommerhus|noclegi)\b",
    re.IGNORECASE,
)
"""What is let to guests and nothing else: the text need not say much of staying."""
_STAY = lazy(
    r"\b(?:nights?|nightly|bedrooms?|check-?in|sleeps\s+\d|guests?|stays?|per\s+night|noches?|hu[ée]spedes|habitaci[oó]n(?:es)?|dormitorios?|nuits?|chambres?|voyageurs|n[äa]chte?|[üu]bernachtung\w*|schlafzimmer|g[äa]ste|nott[ei]|camer[ae]|ospiti|noites?|quartos?|h[óo]spedes|nachten|slaapkamers?|doppelbett|betten|belegungsplan|unterkunft)\b",
    re.IGNORECASE,
)
_HIRE = lazy(
    r"\b(?:car|bike|bicycle|e-?bike|scooter|motorcycle|motorbike|atv|golf\s+cart|van|truck|trailer|limo(?:usine)?|bus|camper(?:van)?|rv|equipment|tool|party|event|tent|chair|bounce\s+house|inflatable|photo\s+booth|ski|surf(?:board)?|gear|dumpster|wedding|prop|furniture)s?\s+(?:and\s+\w+\s+|&\s+\w+\s+)?(?:rentals?|hire|for\s+rent)\b"
    r"|\brental\s+(?:gear|equipment|bikes?|scooters?)\b|\brent(?:al)?\s+(?:a\s+)?cars?\b|\balquiler\s+de\s+(?:coches|carros|autos|motos|bicicletas|scooters|equipos?)|\blocation\s+de\s+(?:voitures?|v[ée]los?|scooters?|mat[ée]riel)|\b(?:auto|fahrrad|roller|wohnmobil)(?:vermietung|verleih)|\bnoleggio\s+(?:auto|bici|scooter|moto)|\baluguel\s+de\s+(?:carros|motos|equipamentos)",
    re.IGNORECASE,
)
"""Things for hire: bookings are taken, but nobody sleeps in them."""
_TO_THE_TRADE = lazy(
    r"\b(?:(?<!travel )(?<!hotel )(?<!restaurant )(?<!tour )(?<!tours )(?<!tourism )(?<!salon )(?<!official )websites?\b(?!\s+of)|web\s?design|web\s+(?:development|agency|studio)|seo\b|google\s+ads|digital\s+(?:marketing|agency|studio)|(?:web|werbe|digital|marketing)-?agentur|agencia\s+(?:digital|web|de\s+marketing)|agence\s+(?:web|digitale)|software|saas|marketing\s+(?:agency|company|for)|lead\s+gen\w*|crm|booking\s+(?:system|engine|platform|software)|templates?|hosting)\b",
    re.IGNORECASE,
)
"""Sold to those who sell trips or haul, not to their customers."""
_OFFERS = lazy(
    r"\b(?:rentals?|rent|hire|charters?|tours?|trips?|cruises?|excursions?|removal|hauling|alquiler|excursiones|location|excursions|verleih|vermietung|noleggio|escursioni|aluguel|passeios?)\b",
    re.IGNORECASE,
)
"""A headline that says what is sold is enough, even where nothing says how to get it."""
_TYPES = (
    ("tours", frozenset({"TouristTrip", "BoatTrip", "TravelAgency"})),
    ("boats", frozenset({"BoatTrip"})),
    ("rental", frozenset({"VacationRental", "LodgingBusiness"})),
)
"""What structured data says of the business."""
_SELLS_BOATS = lazy(
    r"\b(?:(?:boat|yacht|marine)\s+(?:sales?|dealer\w*|brok\w+|shop|services?|repairs?|storage|detailing)|(?:boats?|yachts?)\s+for\s+sale|dealership|bootsh[äa]nd\w+|venta\s+de\s+(?:barcos|yates)|vente\s+de\s+bateaux)\b",
    re.IGNORECASE,
)
_NOT_LET = lazy(
    r"\b(?:loans?|mortgages?|lend(?:ing|ers?)|realt(?:y|ors?)|real\s+estate|property\s+management|invest(?:ment|ing|ors?)|financ(?:e|ing)|insurance|immobili\w+|inmobiliaria|imobili[áa]ria|immobili[èe]re)\b",
    re.IGNORECASE,
)
"""Who deals in houses or money lets nothing by the night, and sells no trips."""
_RENTAL_OF_BOATS = lazy(r"\b(?:boat|yacht|kayak|jet\s?ski|car|bike|equipment)\s+rentals?\b", re.IGNORECASE)
_OPENS = lazy(
    r"\b(?:(?:opening|business|office|working|store)\s+hours|open\s+(?:daily|every\s+day|7\s+days)|mon(?:day)?s?\s*(?:-|–|to|through)\s*(?:thu|fri|sat|sun)\w*"
    r"|[öo]ffnungszeiten|sprechzeiten|horarios?\s+(?:de\s+)?(?:atenci[oó]n|apertura|funcionamento|atendimento)|(?:lunes|segunda)\s+(?:a|à)\s+\w+|hor[áa]rio\s+de\s+(?:funcionamento|atendimento)"
    r"|orari\s+(?:di\s+)?apertura|apert[oi]\s+tutt[oi]|horaires\s+d.ouverture|du\s+lundi|openingstijden|godziny\s+otwarcia|öppettider|åpningstider|часы\s+работы|giờ\s+mở\s+cửa)\b",
    re.IGNORECASE,
)
_MAIL_ADDRESS = lazy(r"[\w.+-]{1,64}@[\w-]{1,64}\.\w{2,}")
_APPLICATION = lazy(
    r"\b(?:dashboard|admin(?:istration)?|sign\s?in|log\s?in|login|portal|console|control\s+panel|back\s?office|playground|checklist|tracker)\b",
    re.IGNORECASE,
)


_FRONT = lazy(r"^\s*(?:title|description|tagline|subtitle)\s*[:=]\s*[\"']?(.{3,300})", re.MULTILINE)


def profiles_of(site: Site) -> frozenset[str]:
    """Profiles that the pages themselves speak for."""
    if _is_apps_script(site):
        return frozenset({"dialog", "app"})
    if not site.public or (site.main.is_application and not site.main.is_assembled):
        return frozenset({"app"})
    headline, shown = _headline(site), _shown(site)
    signals = _signals(site, shown)
    if _TO_THE_TRADE.search(site.main.first_text("head > title")):
        return frozenset({"marketing"} if signals >= 3 else ())
    found = _kinds(site, headline, shown)
    hires = bool(_HIRE.search(headline))
    if not found and not hires and _APPLICATION.search(headline) and signals < 4:
        return frozenset({"app"})
    offers = (site.is_shell and found) or (found & {"tours", "hauling"} and _OFFERS.search(headline))
    known = found or hires or _OF_A_TRADE.search(shown)
    if signals < (0 if offers else 1 if known else 2 if serves_customers(headline) else 3):
        return frozenset({"app"} if site.main.is_application else ())
    found.add("marketing")
    if (
        hires
        or found & {"tours", "hauling", "rental"}
        or _CALL_TO_BOOK.search(shown)
        or _BY_APPOINTMENT.search(site.text)
        or takes_appointments(headline)
        or any(word in href for href in site.hrefs for word in BOOKING_SERVICES)
    ):
        found.add("booking")
    return frozenset(found)


def _kinds(site: Site, headline: str, shown: str) -> set[str]:
    """What is sold, by the headline, by what structured data states, and by what is offered in links and at length."""
    text = site.text
    found = {
        name for name, words in (("tours", _TOURS), ("boats", _BOATS), ("hauling", _HAULING)) if words.search(headline)
    }
    of_houses = bool(_NOT_LET.search(site.main.first_text("head > title")))
    if (
        _RENTAL.search(headline)
        and not of_houses
        and _has_many(_STAY, text, 1 if _LETS.search(headline) else 3)
        and not _RENTAL_OF_BOATS.search(headline)
    ):
        found.add("rental")
    stated = frozenset().union(*(kinds_of(kind, site) for kind in site.structured_types))
    found |= {name for name, kinds in _TYPES if kinds & stated}
    named_only = (
        not found
        and not of_houses
        and not (serves_customers(headline) and not _TRAVEL.search(headline))
        and not _HIRE.search(headline)
        and not site.is_shell
    )
    if named_only and _sells_trips(headline, shown, text, 2 if site.main.is_assembled else 4):
        found.add("tours")
    if "boats" in found and _CALL_TO_BOOK.search(shown) and not _SELLS_BOATS.search(headline):
        found.add("tours")  # Whoever takes bookings for boats sells trips.
    return found


def _sells_trips(headline: str, shown: str, text: str, least: int) -> bool:
    """Whether a site whose headline is only a name sells trips: it offers them in links and headings, and at length."""
    offered = (
        _has_many(_TOURS, shown, least)
        or bool(_TRAVEL.search(headline))
        or len({found.lower().removesuffix("s") for found in _TRIP_LINKS.findall(shown)}) >= 3
    )
    return offered and _has_many(_TRIP_WORDS, text, 8)


def _has_many(words: re.Pattern[str], text: str, least: int) -> bool:
    """Whether a text has at least so many of the words: more are not counted."""
    return sum(1 for _ in islice(words.finditer(text), least)) == least


def implied(declared: frozenset[str]) -> frozenset[str]:
    """Declared profiles with what follows from them: who takes bookings wants to be found."""
    found = set(declared)
    if found & {"tours", "hauling", "rental"}:
        found.add("booking")
    if found & {"booking", "boats"}:
        found.add("marketing")
    return frozenset(found)


def _is_apps_script(site: Site) -> bool:
    prefix = f"{site.root}/" if site.root else ""
    return any(
        path in site.paths
        for path in (f"{prefix}appsscript.json", f"{prefix}.clasp.json", "appsscript.json", ".clasp.json")
    ) and any(path.startswith(prefix) and path.endswith(".gs") for path in site.paths)


_FILLED_IN = lazy(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\{[\w.$]+\}")
_WORDS_JOINED = lazy(r"(?<=[a-zäöüßéèáíóúñç])(?=[A-ZÄÖÜÉ][a-zäöüé]|[A-ZÄÖÜ]{2,}\b)")
"""Where a name like `FerienwohnungEden` has its space."""
_MOST_OF_A_LAYOUT = 300
_FRAME = lazy(r"(?:^|/)[\w-]*(?:header|footer|nav|navigation|menu)[\w-]*\.[a-z.]+$", re.IGNORECASE)
"""Parts that stand on every page."""


def _headline(site: Site) -> str:
    """What the main pages call themselves: titles, descriptions, first headings."""
    parts = []
    for page in site.public[:8] if site.main not in site.public or _says_nothing(site.main) else (site.main,):
        parts += [
            page.first_text("head > title"),
            page.meta("description"),
            page.meta("og:title"),
            page.meta("og:description"),
            page.first_text("h1") or page.first_text("h2"),
        ]
        parts.append(page.meta("keywords")[:300])
    if site.is_shell or any(page.is_assembled for page in site.pages):
        if not re.search(r"[^\W\d_]{3}", _FILLED_IN.sub("", " ".join(parts))):
            # All that a layout says by itself.
            frame = (part for part in site.fragments if _FRAME.search(part.path))
            parts += [each.text_of_body()[:_MOST_OF_A_LAYOUT] for each in (site.main, *islice(frame, 6))]
        # What a layout leaves open stands in its parts.
        parts += [part.first_text(name) for part in site.fragments[:20] for name in ("head > title", "h1")]
        parts += [found[1] for part in site.fragments[:120] for found in _FRONT.finditer(part.front)]
        parts += [found[1] for found in _FRONT.finditer(site.settings)]
    return _WORDS_JOINED.sub(" ", " | ".join(parts))


_FIRST_PAGE = lazy(
    r"\W*(?:home\s?page|home|index|start(?:seite)?|welcome|untitled(?:[\s-]\w+)?|new\s+page|document|main|inicio|accueil|in[ií]cio|página\s+inicial)?\W*",
    re.IGNORECASE,
)
"""Titles that only say that a page is the first one."""


def _says_nothing(page: Page) -> bool:
    """Whether a first page does not say what it is about: a picture that leads on, or one called `Home` without more."""
    if page.is_shell or page.is_assembled:
        return False
    if len(page.text) < _LITTLE and not page.has("a[href], form, h1"):
        return True
    named = (page.first_text("head > title"), page.meta("description", "og:title", "keywords"), page.first_text("h1"))
    return all(_FIRST_PAGE.fullmatch(text) for text in named)


_LITTLE = 100


def _shown(site: Site) -> str:
    """Text of links, buttons and headings."""
    parts = []
    for page in (*site.public, *site.fragments):
        parts += [node.text(separator=" ") for node in page.tree.css("a, button, h1, h2, h3, h4, h5, label, title")]
        parts += [
            node.attributes.get("value") or "" for node in page.tree.css("input[type='submit'], input[type='button']")
        ]
    return " | ".join(" ".join(part.split()) for part in parts)


def _signals(site: Site, shown: str) -> int:
    text = site.text
    words = {found.lower() for found in _BUSINESS_NAV.findall(shown)}
    return (
        any(href.startswith("tel:") for href in site.hrefs)
        + (
            any(href.startswith("mailto:") or "wa.me/" in href or "whatsapp" in href for href in site.hrefs)
            or bool(_MAIL_ADDRESS.search(text))
        )
        + bool(PHONE.search(text))
        + bool(PRICE.search(text))
        + bool(_CALL_TO_BOOK.search(shown))
        + bool(_OPENS.search(text))
        + min(len(words), 2)
        + any("LocalBusiness" in kinds_of(kind, site) for kind in site.structured_types)
    )


def kinds_of(kind: str, site: Site) -> frozenset[str]:
    """A schema.org type and all the types that it is a kind of."""
    found, waiting = set(), [kind]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += site.types.get(each, ())
    return frozenset(found)
