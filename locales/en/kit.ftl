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

## Getting ready

menu-prepare = Get ready
prepare-title = Get ready
prepare-text = What must be ready beforehand, and on paper. On the day, the computers will not be there.
prepare-kit = Cyber envelope
prepare-sheets = Poster, answering machine, orders, roll-call
prepare-sheets-line = Always up to date: print or copy.
prepare-roster = Staff roster
prepare-phones = Telephone lines
prepare-emergency = Emergency places and numbers
prepare-back = Back to “Get ready”
prepare-ready = Ready
prepare-none = Nothing yet
prepare-whole = Complete
prepare-people = { $count ->
    [one] One person
   *[other] { $count } people
}
prepare-lines = { $count ->
    [one] The line answers
   *[other] All { $count } lines answer
}
prepare-lines-dead = { $count ->
    [one] One line does not answer
   *[other] { $count } lines do not answer
}
prepare-missing = { $count ->
    [one] One answer is missing
   *[other] { $count } answers are missing
}
prepare-changed = Last change: { $ago }.

todo-kit-none = Print the cyber envelope: nobody has one yet
todo-kit-stale = Print a new cyber envelope: the last one is { $age } old. { $reason }
todo-emergency = { $count ->
    [one] One emergency place or number is missing
   *[other] { $count } emergency places and numbers are missing
}
todo-roster = Fill in the staff roster: it is empty
todo-lines = { $count ->
    [one] One number that residents are shown is on no line
   *[other] { $count } numbers that residents are shown are on no line
}

## The screen of the envelope

kit-text = What it takes to enter, call and act when everything is off: two codes a person, the numbers, the first things to do.
kit-none = Never printed
kit-good = Good
kit-stale = Stale
kit-age = Age: { $age }.
kit-printed-by = Printed by { $name }.
kit-holders = For whom
kit-why-old = It is older than { $count } months.
kit-why-used = { $count ->
    [one] One of its codes was used.
   *[other] { $count } of its codes were used.
}
kit-why-taken-back = { $count ->
    [one] The codes of one person were taken back.
   *[other] The codes of { $count } people were taken back.
}
kit-why-joined = { $count ->
    [one] One person has no codes in it.
   *[other] { $count } people have no codes in it.
}
kit-why-left = { $count ->
    [one] One person who left still has a page in it.
   *[other] { $count } people who left still have a page in it.
}
kit-why-role = { $count ->
    [one] One person changed role.
   *[other] { $count } people changed role.
}
kit-why-facts = A number, a place, an address or the staff roster changed.
kit-no-address = The platform does not know its public address: the sheets leave a line to fill in by hand. The person who runs it must set it.
kit-print-title = Print a new envelope
kit-print-1 = The codes of the envelope before will not work any more.
kit-print-2 = What is shown next is the envelope: print it at once, it will never be shown again. Then go back.
kit-print-3 = Seal it, sign, and destroy the one before.
kit-lang = Language of the envelope
kit-lang-fr = French
kit-lang-en = English
kit-as = As
kit-as-pdf = A PDF, to print
kit-as-page = A web page
kit-print = Print the envelope
kit-who-prints = A director prints the envelope.

## The screen of places and numbers

emergency-title = Emergency places and numbers
emergency-text = Printed in the envelope. What is missing stays a line there to fill in by hand.
emergency-public = 17, 112 and 17cyber.gouv.fr are in it already.
emergency-name = Name
emergency-phone = Number
emergency-reference = Contract or reference
emergency-editors = Software editors
emergency-editors-hint = One a line: name; number; contract
emergency-too-many = Keep 40 editors at most
emergency-firms = Contacts given with the equipment
emergency-firms-text = They are printed as well. Change them on the page of the equipment.

## The screen of the roster

roster-title = Staff roster
roster-text = Everybody, with or without an account: who is called, and by whom.
roster-print = Print the roll-call
roster-add-title = Add a person
roster-add = Add
roster-name = Name
roster-name-hint = The same as the account’s, if this person has one
roster-function = Function
roster-service = Service
roster-phones = Telephones
roster-phones-hint = The best one first, with a semicolon between
roster-bad-phones = Write { $max } numbers at most, such as 06 00 00 00 01; 03 28 51 34 34
roster-caller = Who calls this person
roster-caller-hint = Everybody is called by one person only
roster-nobody = Nobody
roster-called-by = called by { $name }
roster-calls = Calls { $names }.
roster-import-title = Paste a list
roster-import-text = Copy the table in your spreadsheet, headings included, and paste it here. New people are added, others updated; nobody is removed.
roster-import-columns = Headings read: name, function, service, phone, called by, order. Only the name must be there.
roster-table = The table
roster-table-hint = 60,000 characters at most: paste a long list in several goes, each with its headings
roster-import = Add these people
roster-import-empty = Paste a table
roster-import-wrong = Nothing was added: correct the rows below and paste again
roster-remove-title = Remove this person
roster-remove-text = This person is not called any more. Those this person called are called by nobody.
roster-remove = Remove from the list
roster-back = Back to the list

csv-row = Row { $row }: { $why }
csv-row-column = Row { $row }, column “{ $column }”: { $why }
csv-column = Column “{ $column }”: { $why }
csv-more = { $count ->
    [one] and one more error.
   *[other] and { $count } more errors.
}
csv-too-large = The table is too large: make several of it.
csv-not-text = This is no table in text: copy the cells, or save the sheet as CSV.
csv-empty = The table is empty, or has headings alone.
csv-missing-column = This heading is missing. It may be written: { $text }.
csv-duplicate-column = This heading is there twice: keep one.
csv-too-many-cells = There are more cells than headings.
csv-quote = A quote is opened or closed in the wrong place.
csv-cell-too-long = The text is too long: shorten it.
csv-empty-cell = The cell is empty: fill it in.
csv-duplicate = “{ $text }” is in row { $row } already.
csv-bad-date = “{ $text }” is no date: write 24/12/2026.
csv-bad-phone = “{ $text }” is no number: write 06 00 00 00 01.
csv-not-a-number = “{ $text }” is no whole number.
csv-unknown = “{ $text }” is neither in this table nor on the list: write the name as it stands there.
csv-ambiguous = Several people are called “{ $text }”: tell their names apart.
csv-circle = These people would call each other in a circle: { $names }.
csv-too-many-phones = There are too many numbers: keep five.

journal-emergency-set = Emergency places and numbers changed
journal-roster-saved = Staff roster changed
journal-roster-removed = People removed from the staff roster
journal-kit-printed = Cyber envelope printed
journal-kit-codes-dropped = Codes of the cyber envelope taken back
done-imported = The list is up to date.
done-removed = It is removed.
