"""Services of others that a page hands its visitors to, by the part of their addresses that only they have."""

from __future__ import annotations

BOOKING_SERVICES = tuple(
    """fareharbor peek.com book.peek checkfront rezdy bokun xola.com xola.app trekksoft regiondo ventrata rezgo starboardsuite
    theflybook anchor.tours singenuity captainbook resova bookeo booqable bookwhen lodgify ownerrez hospitable.com guesty.com guestybookings
    hostaway smoobu beds24 cloudbeds sirvoy escapia houfy uplisting hostfully freetobook eviivo calendly //cal.com/
    acuityscheduling squarespacescheduling setmore.com simplybook youcanbook.me appointlet zcal. tidycal savvycal
    book.squareup square.site housecallpro getjobber clienthub.getjobber jobber.com workiz.com servicetitan vonigo dumpster.software
    docketsystem bookingkoala bookkoala vagaro.com mindbodyonline healcode booksy.com fresha.com opentable resy.com
    tripworks trpwrks turitop bookingkit palisis wetravel.com tourcms trytn bookinglayer zaui.net ticketspice roller.app
    eventbrite. simpletix bookingsync smily.com octorate avantio supercontrol rentalsunited tokeet.com kigo.net lodgix myvr.com
    bookerville streamlinevrs nightsbridge hotelrunner siteminder thebookingbutton direct-book.com littlehotelier mews.com
    clock-software roomracoon webrezpro thinkreservations resnexus campspot newbook.cloud rmscloud staylist. amenitiz
    doctolib zocdoc janeapp jane.app cliniko nookal halaxy.com hotdoc.com healthengine simplepractice nexhealth.com localmed.com
    phreesia practo.com intakeq osmind drchrono docplanner miodottore doctoralia treatwell planity.com timely.com/book gettimely
    phorest glossgenius schedulicity styleseat zenoti momence.com wellnessliving picktime.com bookafy appointy timify.com
    reservio.com salonized sagenda meetings.hubspot outlook.office365.com/owa/calendar outlook.office.com/book bookings.microsoft
    calendar.app.google zenbooker launch27 gorilladesk curbwaste thryv. hqrentalsoftware rentcentric rentsyst turo.com getaround.com
    sevenrooms exploretock quandoo thefork toasttab.com tripleseat goodshuffle inflatableoffice eventrentalsystems booqable
    hipcamp.com outdoorsy.com rvshare.com""".split()
)
MARKETPLACES = tuple(
    """fishingbooker.com getmyboat boatsetter clickandboat sailo.com samboat nautal airbnb. vrbo.com booking.com homeaway
    viator. getyourguide zizoo borrowaboat filovent civitatis withlocals musement tiqets headout tripshock hostelworld agoda.
    hotels.com expedia. plumguide holidu fewo-direkt abritel""".split()
)
"""Where others sell the trip: a way to book, but not this site's calendar or till (for a rental it often is both)."""
FORM_SERVICES = tuple(
    """docs.google.com/forms forms.gle typeform.com jotform tally.so hsforms forms.hubspot cognitoforms wufoo paperform
    airtable.com/embed airtable.com/shr airtable.com/app forms.office formstack 123formbuilder fillout.com gravityforms
    wpforms leadconnectorhq msgsndr gohighlevel formsubmit.co formspree getform.io web3forms formcarry basin.com usebasin
    zohopublic forms.zoho monday.com/forms forms.monday clickup.com/forms heyflow involve.me survicate surveymonkey""".split()
)
PAYMENTS = tuple(
    """stripe.com stripe-buy-button stripe( paypal squareup.com square.site squarecdn /checkout checkout.html checkout.php
    checkout.js checkout.stripe checkoutsession checkout-session snipcart shopify gumroad lemonsqueezy paddle.com paddle.js
    razorpay paystack flutterwave mollie.com mollie_ klarna braintree authorize.net adyen payfast mercadopago wompi venmo.com cash.app
    ecwid woocommerce paymentintent payment_intent payment-intent paynow pay-now cart.html /cart/ iyzico paytr payu. payumoney pesapal
    mpesa m-pesa dpopay peach-payments yoco.com sumup.com sumup.link zettle redsys bizum paytm phonepe instamojo cashfree ccavenue
    payhere xendit midtrans toyyibpay billplz saferpay multisafepay afterpay affirm.com zellepay.com tap.company myfatoorah hyperpay
    moyasar telr.com stripe.js @stripe pagar.me pagseguro mercadolibre payzen monetico sipay viva.com vivawallet dibspayment nets.eu
    swipesimple clover.com helcim paysimple honeybook gocardless wise.com/pay revolut.me paypal.me""".split()
)
CHATS = tuple(
    """tawk.to intercom crisp.chat tidio livechat wa.me/ zopim zdassets drift.com smartsupp jivosite jivochat olark chatra userlike
    freshchat chatway landbot joinchat manychat podium.com birdeye.com line.me/ viber: skype: signal.me messenger""".split()
)
LETTERS = tuple(
    """list-manage.com mailchimp chimpstatic mailerlite klaviyo convertkit ck.page //kit.com/ .kit.com/ sendinblue sibforms brevo.com getresponse.com
    activecampaign omnisend privy.com beehiiv substack mailchi.mp aweber constantcontact ctctcdn mailjet mailpoet sendfox flodesk
    moosend drip.com campaignmonitor createsend hsforms forms.hubspot buttondown emailoctopus
    hellobar sumo.com optinmonster poptin wisepops getsitecontrol sleeknote popupsmart justuno""".split()
)
CALENDARS = tuple(
    """fullcalendar tui-calendar calendar.google.com availabilitycalendar availability-calendar availability_calendar availabledates available_dates
    availableslots available_slots availabilityslots blockeddates blocked_dates bookeddates booked_dates disabledates
    disabled_dates disableddates unavailabledates unavailable_dates""".split()
)
PICKERS = ("flatpickr", "pikaday", "litepicker", "lightpick", "datepicker", "daterangepicker", "easepick")
"""Fields for a date: which ones are free they show only where the taken ones are handed to them."""
