### The first hour, on paper and by voice: poster, answering machine, social networks, orders, roll-call.

sheet-kind-poster = Poster for the door
sheet-kind-answering = Message of the answering machine
sheet-kind-social = Social networks
sheet-kind-orders = Orders to staff
sheet-kind-roll-call = Roll-call
sheet-title = { $name }: { $what }
sheet-printed = Printed on { $at }: check on the page, it changes.
sheet-call = Dial { $number }.
sheet-status-names = { $status }: { $names }
sheet-and-more = and { $count } more

## The poster

sheet-poster-call = Call
sheet-poster-instead = The usual number does not answer. Dial
sheet-poster-counters = Counters:
sheet-poster-page = All that is open, up to date:
sheet-poster-square = Square to scan to open the page
sheet-poster-more = { $count ->
    [one] One more service: see the page.
   *[other] { $count } more services: see the page.
}

## The answering machine

sheet-answering-label = Read it slowly: about { $count } seconds
sheet-answering-hello = { $kind ->
    [commune] Hello. This is { $name }, the town hall.
    [epci] Hello. This is { $name }, the joint authority.
    [departement] Hello. This is { $name }, the département.
   *[region] Hello. This is { $name }, the region.
}
sheet-answering-hours = Our counters: { $hours }.
sheet-answering-call = To speak to us, dial: { $number }.
sheet-answering-again = I repeat: { $number }.
sheet-answering-come = We cannot be reached by telephone. Come in person.
sheet-answering-closed = These are closed: { $names }.
sheet-answering-page = What is open is written on our page: { $address }.
sheet-answering-emergency = In an emergency, dial 112.
sheet-answering-bye = Thank you for calling.

## Social networks

sheet-social-short = Short message: { $count } characters of 280
sheet-social-long = Long message: { $count } characters
sheet-social-page = What is open, up to date: { $address }
sheet-social-beware = Beware of messages in our name.

## Orders

sheet-orders-label = The sheet of orders
sheet-orders-attack = Orders to all staff
sheet-orders-failure = Orders to all staff: failure
sheet-orders-over = Orders for the return
sheet-orders-calm = If our computers are attacked: what everybody does
sheet-orders-room = Where to meet:
sheet-orders-call = Whom to call:
sheet-orders-page = What residents read:
sheet-order-off = Do not switch on your computer.
sheet-order-on = If it is on, leave it on and unplug the network cable.
sheet-order-mail = Do not read your mail, not even on your phone.
sheet-order-cable = Switch off the wifi of your work phone.
sheet-order-keys = Plug in no key, no disk.
sheet-order-paper = Take requests on paper: name, number, time.
sheet-order-talk = Do not tell the cause, publish nothing: point to the public page.
sheet-order-talk-failure = Point residents to the public page.
sheet-order-wait = Wait for your manager’s call. The next meeting is posted at the reception.
sheet-order-come = Come to your service as usual.
sheet-order-leave = Switch on your computer only when the technicians tell you.
sheet-order-password = Change your password when you are asked to, on site.
sheet-order-type = Keep your sheets: tell your manager how many are left to type in.
sheet-order-odd = Report at once whatever looks odd.
sheet-message-label = Text message: { $count } characters of 300
sheet-message-attack = { $name }: do not switch on your computer. Do not read your mail, not even on your phone. Unplug the network cable, switch nothing off.
sheet-message-failure = { $name }: computer failure. Come to your service as usual, take requests on paper.
sheet-message-over = { $name }: services are coming back. Switch on your computer only if the technicians tell you.
sheet-message-calm = { $name }: nothing to report. In an attack: do not switch on your computer, do not read your mail, wait for your manager’s call.
sheet-message-room = Meeting: { $room }.
sheet-message-page = News: { $address }

## The roll-call

sheet-roll-count = { $count ->
    [0] Nobody on the list.
    [one] One person.
   *[other] { $count } people.
}
sheet-roll-by = Roll-call by
sheet-roll-at = On, at
sheet-roll-reached = Reached
sheet-roll-present = Present
sheet-roll-needs = Needs
sheet-roll-no-service = No service

## The screen of the sheets

sheets-text = Each sheet says what the public page says at this moment. Print it again when the page changes.
sheets-poster = To put on each door: what happens, what is open, which number.
sheets-answering = To read on the switchboard’s answering machine.
sheets-social = To copy to the authority’s accounts.
sheets-orders = To post and to hand to everybody; a text message for those who are not there.
sheets-roll-call = Who was reached, who is there, who needs what.
sheets-in-fr = In French
sheets-in-en = In English
sheets-pdf = Print the sheet (PDF)
sheets-print = See it as a page
sheets-back = Back to the sheets
