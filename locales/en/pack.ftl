### Packs: lists of the town's own software, printed before the attack.

menu-packs = Packs
pack-title = Packs
pack-text = On the day of an attack the town’s software does not open. These lists are printed before, kept under lock and key, and replaced in time.
pack-closed-text = The lists are encrypted with the counter’s keys: a director makes them first.

pack-kind-children = Children of the canteen and after school
pack-kind-vulnerable = Vulnerable people
pack-kind-burials = Burials to come
pack-kind-phone_tree = Telephone tree
pack-kind-permits = Deadlines of planning permissions
pack-what-children = Each child, the class, the days, and the adults who may fetch them.
pack-what-vulnerable = People to visit or call in a heat wave, a cold spell or a power cut.
pack-what-burials = Who is buried, on which day, at which plot, and whom to reach.
pack-what-phone_tree = Who calls whom, and at which numbers.
pack-what-permits = Until when the town hall may answer each planning application.

pack-number = List no. { $number }
pack-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
pack-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
pack-made = imported { $ago }
pack-opened = opened { $ago }
pack-not-here = its content is not here
pack-state-none = None
pack-state-fresh = Up to date
pack-state-stale = Too old
pack-state-to-print = To be printed
pack-state-in-place = In its place
pack-state-to-destroy = To be destroyed
pack-stale-after = { $count ->
    [one] After one day it is too old: an alarm says so.
   *[other] After { $count } days it is too old: an alarm says so.
}
pack-readers = It is read by whoever holds the key of the group “{ $group }”.
pack-none = There is no list yet.
pack-no-key = This list is encrypted: open your session with your pass-phrase, or ask a colleague for the key.
pack-open = Open it to print
pack-open-text = The list comes as a PDF. Print it, then delete the file. The opening and its reason are noted in the journal.
pack-reason = Reason
pack-reason-hint = For example: this month’s list to put away. Write nobody’s name.
pack-reason-missing = Write why you open this list
pack-open-go = Open the list
pack-printed = Note that it is printed and put away
pack-printed-text = Note it once the list lies under lock and key in its place. What stands in the lists before it is then erased here.
pack-printed-go = It is printed and put away
pack-destroyed = Note that it is destroyed
pack-destroyed-text = Note it once every copy is destroyed. Its content is erased here too. This cannot be undone.
pack-destroyed-go = It is destroyed
pack-gone = Destroyed lists
pack-destroyed-on = List no. { $number }, destroyed on { $day }
pack-back = Back to the packs
pack-back-kind = Back without taking anything in

## Taking a list in

pack-import = Take in a new list
pack-import-text = Export the list from your software as CSV. Nothing is kept before you have checked it. The former list stays until you note that it is destroyed.
pack-file = CSV file
pack-file-hint = 1 MB and 5,000 rows at most. Columns about health (care plans, allergies) are left out.
pack-file-missing = Choose a file
pack-file-large = This file is too large: 1 MB at most
pack-file-wrong = Nothing was taken in: correct the file and choose it again
pack-import-look = Check this file
pack-look = { $count ->
    [0] The file has no row. Nothing is kept yet.
    [one] The file has one row. Nothing is kept yet: check it, then take it in.
   *[other] The file has { $count } rows. Nothing is kept yet: check them, then take them in.
}
pack-look-first = The first row of the list
pack-look-fields = The columns
pack-look-fields-text = Say which column each piece comes from. Your choice is kept for the next time.
pack-needed = needed
pack-field-none = Not in this file
pack-unused = Columns not taken in: { $headings }.
pack-rows-refused = Nothing is taken in: choose the right columns, or correct the file
pack-import-go = Take this list in
pack-import-again = Check again
pack-field-name = Name
pack-field-first_name = First name
pack-field-class = Class or group
pack-field-days = Days
pack-field-adults = Authorised adults
pack-field-phones = Telephones
pack-field-care = Health
pack-field-address = Address
pack-field-contact = Person to reach
pack-field-contact_phones = Telephones of that person
pack-field-round = Round or district
pack-field-date = Date
pack-field-time = Time
pack-field-plot = Plot
pack-field-undertaker = Undertaker
pack-field-function = Job
pack-field-service = Department
pack-field-calls = Calls
pack-field-number = Number of the file
pack-field-deadline = Deadline
pack-field-kind = Kind
pack-field-deposited = Deposited on
pack-field-silence = Without an answer

## A list about health

pack-health = Print the list where it is kept
pack-health-text = This list says something of people’s health: it never comes here. On the machine where it is kept, type the command below, print the file and delete it. Then record the list here.
pack-record = Record a list printed elsewhere
pack-record-text = A list may also be printed on the machine where it is kept, columns about health included, with the command below. Then record it here.
pack-record-number = Number printed on the list
pack-record-rows = Number of rows
pack-record-day = Day of printing
pack-record-go = Record this list
pack-number-wrong = Write the number of the list: { $number } or more
pack-rows-wrong = Write how many rows it has

## On paper

pack-cell-child = Child
pack-cell-days = Days
pack-cell-adults = Authorised adults
pack-cell-care = Health
pack-cell-person = Person
pack-cell-address = Address and telephones
pack-cell-contact = Person to reach
pack-cell-deceased = Deceased
pack-cell-when = Date
pack-cell-plot = Plot
pack-cell-family = Family and undertaker
pack-cell-function = Job
pack-cell-phones = Telephones
pack-cell-calls = Calls
pack-cell-number = File
pack-cell-deadline = Deadline
pack-cell-applicant = Applicant
pack-cell-deposited = Deposited on
pack-group-none = Without a group

pack-done-imported = The list is taken in and encrypted. Open it to print it.
pack-done-recorded = The list is recorded.
pack-done-printed = The list is noted as printed and put away.
pack-done-destroyed = The destruction is noted.
pack-alarm = List
alarm-kind-pack_stale = A printed list is too old

journal-pack-imported = Pack taken in
journal-pack-recorded = Pack printed outside the platform, recorded
journal-pack-opened = Pack opened
journal-pack-printed = Pack printed and put away
journal-pack-destroyed = Pack destroyed
journal-pack-mapping-saved = Columns of a pack kept
