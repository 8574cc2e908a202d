### The cyber envelope, what it is made of, and the screens that prepare it.

## The cover

kit-title = { $name }: cyber envelope
kit-cover = Cyber envelope
kit-cover-open = Open only in a cyberattack, or when nobody can enter the console any more.
kit-printed = Printed on { $at }.
kit-number = Envelope no. { $number }.
kit-stale-title = This envelope is stale if
kit-stale-old = it is older than { $months } months: after { $day };
kit-stale-used = one of its codes was used;
kit-stale-people = somebody joined, left or changed role;
kit-stale-facts = a number, a place or an address in it changed;
kit-stale-newer = an envelope with a higher number was printed.
kit-stale-do = Then print a new envelope and destroy this one.
kit-for = { $count ->
    [one] It holds the codes of one person
   *[other] It holds the codes of { $count } people
}
kit-more = and { $count } more.
kit-keep = Keep it under lock and key, away from your offices if you can. Do not photograph it, do not copy it.
kit-sealed = Sealed on
kit-sealed-by = By (name, signature)
kit-opened = Opened on, at
kit-opened-by = By (name, reason, signature)

## A page for each person

kit-console = Open the console, even from a phone
kit-console-square = Square to scan to open the console
kit-address-missing = Address (write it by hand):
kit-codes = Your two codes: each opens once, by itself
kit-how = What to do
kit-how-1 = Take a phone or a computer that was never on your network.
kit-how-2 = Switch its wifi off: use the mobile network or the 4G box.
kit-how-3 = Scan the square with the camera, or type the address.
kit-how-4 = Under “With a printed code”, type the first code. Hyphens and capitals do not matter.
kit-how-5 = Cross the code out. Keep the second one to confirm a grave decision.
kit-page = The page that residents read
kit-calls-own = Whom you call
kit-called-by = You are called by { $name }.

## Numbers and places

kit-numbers = Numbers
kit-numbers-public = For everybody
kit-numbers-own = For the authority
kit-numbers-firms = Editors and firms
kit-numbers-forwards = Lines to forward
kit-places = Where to find
kit-public-17 = Police, gendarmerie
kit-public-112 = Any emergency
kit-public-17cyber = 17Cyber, the State’s assistance service
kit-reference = Contract or reference: { $reference }
kit-forward-who = Forwarded by { $name }
kit-col-what = What
kit-col-who = Who
kit-col-phone = Number
kit-col-note = To know
kit-col-name = Name
kit-col-function = Function, service
kit-col-reached = Reached

contact-kind-operator = Who runs the platform
contact-kind-csirt = Regional response centre (CSIRT)
contact-kind-police = Police or gendarmerie
contact-kind-insurer = Insurer
contact-kind-dpo = Data-protection officer
contact-kind-editor = Software editor
spot-box_4g = The 4G box
spot-laptop = The clean laptop
spot-envelope = The cyber envelope
spot-room = The meeting room

## Who calls whom

kit-calls = Who calls whom
kit-calls-how = Call from top to bottom. No answer after two calls: go on to the next, and call those that person was to call.
kit-calls-first = Call these first
kit-calls-group = { $name } calls
kit-calls-alone = Whom nobody is to call
kit-calls-none = The staff roster is empty. Write it here by hand, then fill it in on the console.
kit-calls-blank = People to call

## The cards: the verb first

kit-card-text = In this order. Tick, and write down the time of each.
kit-card-all = Everybody
kit-card-first = Then you
kit-card-all-1 = Write down the time and what you see.
kit-card-all-2 = Do not switch on your computer.
kit-card-all-3 = Do not read your mail, not even on your phone.
kit-card-all-4 = Do not switch off an infected machine.
kit-card-all-5 = Unplug the network: the cable, then the wifi.
kit-card-all-6 = Do not pay. Answer no message from the attackers.
kit-card-mayor = { $kind ->
    [commune] Card of the mayor
   *[other] Card of the president
}
kit-card-mayor-1 = Gather five people in the room agreed on, with personal phones.
kit-card-mayor-2 = Decide to cut the network. Name one person who speaks.
kit-card-mayor-3 = Have a complaint filed within 72 hours: the insurance may depend on it.
kit-card-mayor-4 = Tell residents what is open, where, which number. Accuse nobody.
kit-card-mayor-5 = Set the time of the next meeting, and keep it.
kit-card-director = Card of the director
kit-card-director-1 = Enter the console with a code from this envelope.
kit-card-director-2 = Declare the incident, then publish a first notice.
kit-card-director-3 = Have all staff called: the list says who calls whom.
kit-card-director-4 = Call the regional response centre, the police or gendarmerie, the insurer.
kit-card-director-5 = Tell the data-protection officer: a delay of 72 hours may have begun.
kit-card-reception = Card of the reception
kit-card-reception-1 = Put the poster on the door.
kit-card-reception-2 = Record the message of the answering machine.
kit-card-reception-3 = Write down each call: name, number, time, request.
kit-card-reception-4 = Do not tell the cause: point to the public page.
kit-card-reception-5 = Emergencies first: 17, 112, children, people on their own.
kit-card-clerk = Card of the counter
kit-card-clerk-1 = Take out the registers and the paper forms.
kit-card-clerk-2 = Take requests on paper: name, number, time, what is to be done.
kit-card-clerk-3 = Tell the people who have an appointment today.
kit-card-clerk-4 = File each sheet: it will be typed in later.
kit-card-technician = Card of the technician
kit-card-technician-1 = Cut the way to the internet and the links to other sites.
kit-card-technician-2 = Take the backups offline. Touch them no more.
kit-card-technician-3 = Log in nowhere with an administrator’s account.
kit-card-technician-4 = Say on the console the state of each piece of equipment.
kit-card-technician-5 = Keep the traces: photographs of screens, logs, disks. Erase nothing.
