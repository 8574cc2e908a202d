### The public page of a town: what residents read.

## At the top

page-skip = Skip to content
page-kind = { $kind ->
    [commune] Town hall · services
    [epci] Joint authority · services
    [departement] Département · services
   *[region] Region · services
}
page-title = { $name }: state of services
page-language = Français
page-language-label = Lire cette page en français
page-as-of = As of { $at }.
page-preview = Preview: nobody else sees this page.
page-headline-calm = All services work as usual.
page-headline-checking = Services may be disturbed. We are checking.
page-headline-disturbed = Services have been disturbed since { $since }.
page-headline-after-attack = After the cyberattack of { $since }, services are coming back.
page-headline-after-incident = After the computer incident of { $since }, services are coming back.
page-headline-after-failure = After the failure of { $since }, services are coming back.
page-phase-contained = The incident no longer spreads. Services will come back one after the other.
page-phase-restored = Services are back. The last checks are under way.
page-latest = Latest news:
page-contents = On this page
page-link-services = Services
page-link-data = My data
page-link-news = News

page-tally = Services in brief
page-tally-degraded = { $count } open, with limits
page-tally-paper = { $count } at the counter, on paper
page-tally-closed = { $count } closed
page-tally-unknown = { $count } not confirmed

## What to do

page-now = What to do now
page-now-find = Find your service <a>in the list</a>: it says what to do.
page-now-as-usual = Come or call as usual.
page-now-ask-first = Ask before you set out.
page-now-phone-number = Call <a>{ $phone }</a>: the telephone works.
page-now-phone-works = Call: the telephone works.
page-now-phone-out = { $kind ->
    [commune] Come in person: the town hall’s telephone does not work.
   *[other] Come in person: the reception’s telephone does not work.
}
page-now-mail-out = { $kind ->
    [commune] Do not write by e-mail: the town hall’s mail does not work.
   *[other] Do not write by e-mail: our mail does not work.
}
page-now-postpone = Put off what is not urgent.
page-now-beware = Beware of unexpected messages: read <a>what concerns your data</a>.
page-now-emergency = In an emergency, dial 112. That number does not depend on us.
page-contact = { $kind ->
    [commune] Reach the town hall
   *[other] Reach the reception
}

## Services

page-services = Services
page-affected = { $count ->
    [one] Service affected
   *[other] Services affected
}
page-unaffected = What is not affected
page-unaffected-lead = { $count ->
    [one] This service is open as usual.
   *[other] These { $count } services are open as usual.
}
page-none-unaffected = No service is confirmed as spared for now.
page-where = Where
page-when = When
page-phone = Telephone
page-ask-where = { $kind ->
    [commune] Where: ask at the town hall.
   *[other] Where: ask at the reception.
}
page-ask-when = { $kind ->
    [commune] When: ask at the town hall.
   *[other] When: ask at the reception.
}
page-ask-where-when = { $kind ->
    [commune] Where and when: ask at the town hall.
   *[other] Where and when: ask at the reception.
}
page-ask-phone = { $kind ->
    [commune] Telephone: ask at the town hall.
   *[other] Telephone: ask at the reception.
}
page-ask-all = { $kind ->
    [commune] Where, when: ask at the town hall.
   *[other] Where, when: ask at the reception.
}
page-do-degraded = The service answers. Some requests are not possible or take longer.
page-do-unknown = Ask before you set out: we cannot confirm anything yet.
page-said-by-person = { $kind ->
    [commune] Stated by the town hall on { $at }.
    [epci] Stated by the joint authority on { $at }.
    [departement] Stated by the département on { $at }.
   *[region] Stated by the region on { $at }.
}

## Data

page-data = Is my data concerned?
page-data-lead = A service can be open while its data was reached, or closed while its data is safe.
page-data-none-known = We do not know yet whether any data was reached. We will say so here.
page-data-exposed = Data stolen or made public
page-data-at-risk = Data that may have been reached
page-data-unknown = Not yet known
page-data-staff-row = { $kind ->
    [commune] Staff of the town hall
   *[other] Staff of the authority
}
page-data-others = The data of the other services.
page-data-safe = Data that is safe
page-data-safe-out-of-reach = even if the service is not given as usual
page-data-of-residents = data of residents
page-data-of-staff = data of staff
page-data-of-both = data of residents and staff
page-data-do = What you can do
page-data-do-watch = { $kind ->
    [commune] Beware of messages in the name of the town hall or of others: do not answer, do not click, do not open attachments. Delete them.
   *[other] Beware of messages in our name or in the name of others: do not answer, do not click, do not open attachments. Delete them.
}
page-data-do-password = Change the password of your mailbox, and that of any account that uses the same one.
page-data-do-code = Never give a password or a bank code by message or by telephone.
page-data-do-report = Report a suspicious message to 17Cyber, the State’s assistance service, on cybermalveillance.gouv.fr.
page-data-do-precaution = As a precaution, do not click on links in unexpected messages.

## News

page-news = News
page-news-none = Nothing has been published.
page-news-published = Published on { $at }
page-news-corrected = Corrected on { $at }
page-news-ended = Ended on { $at }
page-news-former = Former text, published on { $at }
page-news-draft = Not published yet
page-news-read-on = Read on
page-news-ended-title = Ended news
page-news-all = All news and corrections
page-history-title = { $name }: all news
page-history-back = Back to the state of services

## The page itself

page-about = About this page
page-about-true = This page was true on { $at }.
page-about-kept = { $kind ->
    [commune] The town hall keeps it up to date outside its own network: it can be read when the town hall’s servers are cut off.
   *[other] It is kept up to date outside our own network: it can be read when our servers are cut off.
}
page-about-status = The state of a service follows from what is found on its equipment, or from a decision of our staff. News that was corrected stays marked as such.
page-about-address = Address:
page-about-follow = Follow this page:
page-about-atom = Atom
page-about-json = JSON Feed

## Banner, feeds, other pages

banner-label = Important information
banner-line = { $name }: { $headline }
banner-link = See the state of services
feed-title = { $name }: news and state of services
feed-status-title = State of services: { $headline }
feed-status-none = All services are open.
feed-status-line = { $name }: { $status }

not-found-title = Page not found
not-found-body = Check the address, or look for your town from the home page.
not-found-home = Go to the home page
error-title = This page cannot be shown
error-body = Try again in a few minutes. If nothing changes, call or come in person.
error-reference = Give this reference if you report the problem: { $reference }
index-title = State of local public services
index-find = Find your town
index-search = Name, postcode or INSEE code
index-search-button = Search
index-none = No result. Try a shorter name or the postcode.
index-empty = No local authority is hosted here yet.
index-more = { $count ->
    [one] { $count } more result: narrow your search.
   *[other] { $count } more results: narrow your search.
}
