### The console for staff.

## Everywhere

console-skip = Skip to content
console-menu = Menu
console-logout = Log out
console-other-language = En français
console-true-at = As of { $when }
console-back-today = Back to today
console-cancel = Cancel
console-change = Change
console-save = Save
console-none = Not filled in
console-list-and = { $first } and { $last }

menu-today = Today
menu-alarms = Alarms
menu-incidents = Incidents
menu-assets = Equipment and software
menu-services = Public services
menu-notices = Public notices
menu-journal = Journal
menu-people = People
menu-guards = Guards
menu-tenants = Local authorities

form-errors = { $count ->
    [one] One answer needs another look
   *[other] { $count } answers need another look
}
form-too-long = Shorten this text: { $max } characters at most
form-choose = Choose an answer
form-bad-moment = Write the date and time, for example 2024-04-25 11:04
form-future = This date is in the future: correct it
form-number = Write a whole number

## What did not work

problem-not-found = Page not found
problem-not-found-text = This page does not exist, or is not your authority’s. Check the address, or go back to today.
problem-forbidden = Your role does not allow this
problem-forbidden-text = Ask a director to do it, or to change your role.
problem-method = This page opens in another way
problem-method-text = Go back to the page before and use its button.
problem-large = Too much was sent
problem-large-text = A form of the console weighs 64 KiB at most. Nothing was saved: shorten the text and try again.
problem-forged = Refused for safety
problem-forged-text = This form has expired or comes from another site. Nothing was saved: open the page again and retry.
problem-broken = The console could not answer
problem-broken-text = Nothing was saved. Try again in a moment; if it goes on, tell the person who runs the platform.
problem-refused = Not possible as things stand
problem-stale-text = Things have changed meanwhile. Open the page again, read it, then retry if it still makes sense.
problem-owner-text = This equipment belongs to another authority: ask them to cut it, or say that it is down.
problem-setup-text = This account is set up already. To start over, ask a director for a new first code.
problem-bad-form = The form could not be read
problem-bad-form-text = Nothing was saved: open the page again and retry.

## Coming in

login-title = Enter the console
login-code-title = With a printed code
login-code-text = Everything is down? One code from your sheet is enough, even from a phone.
login-code-field = Printed code
login-code-hint = Letters and digits in groups of three: ABC-DEF-… Capitals and hyphens do not matter.
login-phrase-title = With your pass-phrase
login-tenant = Code of the local authority
login-tenant-hint = The town’s INSEE code (59273), or epci:242900660, dep:44, reg:01
login-name = Your name
login-phrase = Pass-phrase
login-phrase-hint = The six words you wrote down
login-second = Second code
login-second-hint = The 6 digits from your phone, or a printed code
login-enter = Enter
login-help-title = You cannot get in?
login-help-1 = Each printed code works once: cross it out after use.
login-help-2 = No code left? A director gives you new ones, under “People”.
login-help-3 = Nobody can get in any more? The person who runs the platform adds an account from the command line.
login-refused = These details do not let you in. Check each word and each code.
login-code-refused = This code does not let you in: it is wrong, used or expired. Take the next one on your sheet.
login-code-shape = This code is too short or too long: 21 characters in all (24 for a joint authority)
login-code-check = One character of this code is mistyped: compare it with your sheet
login-wait = Too many refused tries. Try again in { $duration }.

## Setting up the account

setup-step-1 = Set up your account: step 1 of 3
setup-step-2 = Set up your account: step 2 of 3
setup-step-3 = Set up your account: step 3 of 3
setup-phrase-title = Write down your pass-phrase
setup-phrase-text = These six words were drawn for you. They will never be shown again.
setup-phrase-keep = Write them on paper and keep it safe: no e-mail, no photograph.
setup-phrase-typed = Type the six words
setup-phrase-typed-hint = Looking at your paper, not at the screen
setup-phrase-wrong = These are not the words on the screen: compare with your paper
setup-phrase-stale = That phrase has expired: here is a new one
setup-continue = Continue
setup-urgent-title = Is it urgent?
setup-urgent-text = You may act at once and finish later, as long as you stay logged in. Your first code will not work again.
setup-urgent-go = Go to the console now
setup-totp-title = Link your phone
setup-totp-text = Open an authenticator application and scan this square.
setup-totp-qr = Square to scan with the authenticator application
setup-totp-by-hand = You cannot scan? Type this secret:
setup-totp-typed = The 6 digits the application shows
setup-totp-typed-hint = They change every 30 seconds
setup-totp-wrong = These digits are not right: wait for the next ones
setup-totp-stale = That square has expired: scan the new one
setup-totp-skip = Go on without a phone
setup-totp-skip-hint = Your printed codes will serve as second code.
setup-codes-title = Print your ten codes
setup-codes-text = Each code opens the console once, by itself, even when all else is down. They will never be shown again.
setup-codes-made = Codes made on { $when }. They replace earlier ones.
setup-codes-address = Open this address, even from a phone:
setup-codes-keep = Keep this sheet away from the town hall and from your computer. Cross out each code you use.
setup-codes-go = I have printed or copied my codes

## The second code

second-title = Confirm that it is you
second-text = This action commits the authority: give a second code. It holds for 5 minutes.
second-field = Second code
second-inline = Your second code, to confirm
second-hint = The 6 digits from your phone, or a printed code (it will not work again)
second-go = Confirm
second-wrong = This code is not right, or was already used

## Today

today-title = Today
today-next = Do this now
today-calm = No alarm, no incident: services work as usual.
today-checking = A machine noticed something. Nobody has decided yet.
today-disturbed = At least one service is not as usual, and no incident is declared.
today-incident = { $nature }, since { $when }. Phase: { $phase }.
today-incident-open = See the incident
today-card = Reflex card
today-declare = Declare an incident
today-setup = Your account is not set up. If you log out now, you cannot get in again.
today-setup-kit = Your account is not set up. { $count ->
    [one] One code of the envelope is left to get in again.
   *[other] { $count } codes of the envelope are left to get in again.
}
today-setup-go = Set up my account
today-alarms = { $count ->
    [one] One alarm awaits a decision
   *[other] { $count } alarms await a decision
}
today-cuts = Cuts under way
today-services = Services that change
today-services-fine = { $count ->
    [one] The service is open as usual.
   *[other] All { $count } services are open as usual.
}
today-services-rest = { $count ->
    [0] No other service is as usual.
    [one] One other service is as usual.
   *[other] { $count } other services are as usual.
}
today-assets = Equipment to watch
today-assets-fine = { $count ->
    [one] The equipment is up.
   *[other] All { $count } pieces of equipment are up.
}
today-assets-rest = { $count ->
    [0] No other equipment is up.
    [one] One other piece of equipment is up.
   *[other] { $count } other pieces of equipment are up.
}
today-notices = Public notices
today-notices-none = No notice published or in preparation.
today-notice-new = Prepare a notice
today-todos = To complete
today-todos-none = Nothing to complete.
today-public-page = See the public page
today-cut-waiting-hand = To do and to confirm
today-cut-waiting = Order sent, not yet confirmed

next-alarm = Decide on the alarm: { $kind }
next-alarm-why = A machine suspects, a person decides: declare an incident, merge or dismiss.
next-alarm-go = See the alarm
next-hand-cut = Cut by hand: { $name }
next-hand-cut-go = See how, then confirm
next-failed-cut = The cut failed: { $name }
next-failed-cut-why = Find another way to cut it.
next-failed-cut-go = See the equipment
next-unknown = Say what works: { $name }
next-unknown-why = { $count ->
    [one] One piece of equipment is in an unknown state; it counts as down.
   *[other] { $count } pieces of equipment are in an unknown state; they count as down.
}
next-unknown-go = Say its state
next-publish = Publish the notice in preparation
next-publish-why = Residents have not read a word from you yet.
next-publish-go = Read it again and publish
next-draft = Tell residents
next-draft-why = A notice is filled in with what you already know.
next-draft-go = Prepare a notice
next-exposure = Say whether data is concerned: { $name }
next-exposure-why = { $count ->
    [one] For one piece of equipment, nobody has established whether personal data was taken.
   *[other] For { $count } pieces of equipment, nobody has established whether personal data was taken.
}
next-exposure-go = Say what is established
next-phase = When it is true, move to the phase: { $phase }
next-phase-go = See the incident
next-disturbed = Check: { $name }
next-disturbed-why = If it is a lasting failure or an attack, declare an incident; if not, correct the state.
next-disturbed-go = See the service
next-calm = Nothing to decide
next-calm-todos = Use the calm to complete the list below.

todo-details = { $count ->
    [one] One service lacks hours, a place or a number: { $name }
   *[other] { $count } services lack hours, a place or a number, { $name } among them
}
todo-means = { $count ->
    [one] One piece of equipment has no means of cutting: { $name }
   *[other] { $count } pieces of equipment have no means of cutting, { $name } among them
}
todo-folders = { $count ->
    [one] One server whose folders belong to nothing: { $name }
   *[other] { $count } servers whose folders belong to nothing, { $name } among them
}
todo-unmapped = { $count ->
    [one] One service is linked to no equipment: { $name }
   *[other] { $count } services are linked to no equipment, { $name } among them
}
todo-exposure = { $count ->
    [one] Data not yet known: { $name }
   *[other] Data not yet known for { $count } pieces of equipment, { $name } among them
}

## Alarms

alarms-title = Alarms
alarms-text = A machine suspects, a person decides. Nothing is published from an alarm.
alarms-open = To decide
alarms-decided = Decided
alarms-none = No alarm to decide on.
alarm-simulated = Simulated
alarm-simulated-text = Values in this alarm come from a played sensor, not from the machine.
alarm-line = { $where }, { $when }
alarm-line-files = { $where }, { $when } – { $count ->
    [one] one file touched
   *[other] { $count } files touched
}
alarm-line-client = { $line } – computer { $client }
alarm-where-platform = The platform
alarm-decide = Decide
alarm-decide-text = When in doubt, declare: a declaration can be closed, an attack unseen spreads.
alarm-decide-mild = Ask the person concerned. If nobody can explain it, declare; otherwise dismiss it.
alarm-declare = Declare an incident
alarm-merge = Merge into the incident
alarm-merge-which = It belongs to an incident under way
alarm-dismiss = Dismiss
alarm-dismiss-title = It is nothing: dismiss
alarm-dismiss-reason = Why it is nothing
alarm-dismiss-hint = For example: planned migration of the server. Kept in the journal.
alarm-dismiss-missing = Say why it is nothing
alarm-noticed = What was noticed
alarm-where = Where
alarm-first-at = First fact
alarm-raised-at = Alarm raised
alarm-received-at = Received here
alarm-repeats = Repeated
alarm-times = { $count ->
    [one] once
   *[other] { $count } times
}
alarm-files = Files touched
alarm-recoverable = Can be put back on the spot
alarm-stopped = Stopped
alarm-stopped-at = Yes, on { $when }
alarm-not-stopped = No
alarm-outcome-name = What the guard did
alarm-client = Computer it comes from
alarm-actor = Who, as the machine tells
alarm-actor-value = Program { $program }, process { $pid }, user { $user }
alarm-actor-ended = Process { $pid }, ended since, user { $user }
alarm-actor-unknown = The machine does not tell
alarm-failures = Refused tries in one hour
alarm-incident = Incident
alarm-account = Account
alarm-reasons = Why the alarm was raised
alarm-reason = { $what }: { $count ->
    [one] once
   *[other] { $count } times
}
alarm-touched = { $count ->
    [one] See the file touched
   *[other] See the files touched ({ $count })
}
alarm-touched-dropped = With a +: left there by the same computer.
alarm-listed = All files touched, with author, time and hash of the earlier content (JSON lines)
alarm-guard = See the guard
alarm-temperature = Temperature
alarm-temperature-value = { $degrees } °C

## Declaring

declare-title = Declare an incident
declare-check-title = Check, then declare
declare-nature = What is happening?
declare-nature-hint = “Cause unknown” is fine: you can say more later.
declare-since = Since when?
declare-since-hint = Filled in already: correct it if you know better
declare-tenants = Which local authorities are concerned?
declare-tenants-hint = They share equipment with you
declare-assets = What is affected?
declare-assets-hint = Tick what you know; the rest is corrected later
declare-as = What is ticked is
declare-check = See the consequences
declare-go = Declare the incident
declare-consequences = What declaring brings about
declare-consequence-page = The public page says at once that an incident is under way and what changes for each service.
declare-consequence-clock = Legal deadlines run from now: the authority is aware.
declare-consequence-shared = It also concerns { $names }.
declare-nothing-down = No equipment ticked
declare-fact-nature = Nature
declare-fact-since = Since
declare-fact-tenants = Local authorities
declare-fact-assets = Affected
declare-already = An incident is already under way: merge the alarm into it, or declare another one if it is distinct.

changes-title = What changes for residents
changes-none = No service changes.

## Reflex cards: verb first, one thing a line

card-title = Your first moves
card-text = In this order. Tick on paper, write down the time of each move.
card-next = Done: what comes next
card-director-1 = Write down the time and what you know.
card-director-2 = Do not pay. Answer no message from the attackers.
card-director-3 = Have the network cut. Have no affected machine switched off.
card-director-4 = Tell all staff: do not switch on computers, do not open mail, not even on a phone.
card-director-5 = Gather five people in one room, with personal phones.
card-director-6 = Call the regional response centre or 17Cyber, then the gendarmerie or police.
card-director-7 = Publish a first notice: what is open, where, which number.
card-technician-1 = Write down the time of each move.
card-technician-2 = Unplug the network. Do not switch off an infected machine.
card-technician-3 = Cut the internet access and the links to other sites.
card-technician-4 = Take the backups offline. Then leave them alone.
card-technician-5 = Log in nowhere with an administrator account.
card-technician-6 = Say here the state of each piece of equipment: up, cut, down, unknown.
card-technician-7 = Keep the traces: photographs of screens, logs, disks. Erase nothing.
card-clerk-1 = Do not switch your computer on. If it is on, unplug the network cable and leave it on.
card-clerk-2 = Do not open the town hall’s mail, not even on your phone.
card-clerk-3 = Take out the registers and the paper forms.
card-clerk-4 = Post the first notice on the door.
card-clerk-5 = Write down each request: name, number, time, what must be done.
card-clerk-6 = Do not tell the cause: point to the public page.
card-reader-1 = Do not switch your computer on. If it is on, unplug the network cable.
card-reader-2 = Write down the time and what you see.
card-reader-3 = Open no message, plug in no key.
card-reader-4 = Ask a director what is expected of you.
card-responder-1 = Ask who decides and write down the number.
card-responder-2 = Read the journal and the state of the equipment here.
card-responder-3 = Have the traces kept before anything is started again.
card-responder-4 = Agree on a regular meeting with a director.

## Incidents

incidents-title = Incidents
incidents-none = No incident was ever declared.
incident-line = Declared on { $when }
incident-noticed = Noticed on
incident-declared = Declared on
incident-by = Declared by
incident-concerns = Concerns
incident-phase = Phase
incident-next = Next phase
incident-phases = The phases
incident-alarms = Alarms merged in
incident-advance = It is true: move to this phase
phase-meaning-declared = A person said so.
phase-meaning-contained = The attack no longer spreads: all that is affected is cut off.
phase-meaning-diagnosed = The cause and the extent are known.
phase-meaning-eradicated = The attacker has no way in any more.
phase-meaning-restored = Services are back.
phase-meaning-closed = Nothing is left to do.

## Equipment

assets-title = Equipment and software
assets-text = Say here what works. The public page follows by itself.
assets-troubled = To watch
assets-up = Up
asset-line-shared = Shared
asset-line-exposure = Data: { $level }
asset-kind-name = Kind
asset-state-label = New state
asset-since = Since
asset-reason-name = Reason
asset-owner = Belongs to
asset-data = Data
asset-data-value = { $level } ({ $whose })
asset-means = Means of cutting
asset-means-none = Nobody has said yet
asset-contact = Emergency contact
asset-contact-hint = Editor or firm: name and number
asset-needs = Depends on
asset-fleet = Computers
asset-fleet-value = { $total } in all, { $checked } checked, { $reinstalled } reinstalled
asset-shared = Shared with { $names }: what you change here holds for them too.
asset-set-state = Say its state
asset-set-exposure = Say whether its data is concerned
asset-set-means = Say how to cut it
asset-set-about = Contact and number of computers
asset-set-about-plain = Emergency contact
asset-exposure-text = Open or not is one thing; data concerned or not is another.
asset-exposure-label = What is known?
asset-whose = Whose data?
asset-reason = Why, in one sentence
asset-reason-hint = For staff only. Write no resident’s name.
asset-reason-missing = Say why, in one sentence
asset-see-consequences = See the consequences
asset-confirm = Confirm this change
asset-check-title = Check: { $name }
folder-title = Folders
folder-text = What each folder is needed for. After an attack folders come back in the order of the public services, the gravest first. A folder that is not here comes back last.
folder-none = Nothing is said of this server’s folders.
folder-for = For: { $service }
folder-path = Folder
folder-path-hint = From the root, as on the server: /srv/share/school
folder-path-wrong = Write the folder from the root, as in /srv/share/school, without “..”.
folder-asset = It serves
folder-nothing = Nothing: count it no longer
asset-services = Services that depend on it
asset-services-none = No service depends on it directly.
asset-cut-only = “Cut off” is said by ordering the cut, below.
cut-title = Cut
cut-order-title = Cut it off the network
cut-order-text = The cut is written in the journal. What depends on it goes to its fallback.
cut-order = Order the cut
cut-waiting = Order sent, not yet confirmed
cut-done = Cut off
cut-hand-waiting = To cut by hand
cut-hand-confirm-text = The cut counts only once a person has done and confirmed it.
cut-hand-confirm = It is unplugged: confirm
cut-lift-text = Lifting the cut puts the equipment back on the network. Its state stays unknown until you check it.
cut-lift = Lift the cut
cut-failed = The cut failed ({ $code }): find another way.
cut-means-missing = Say first how to cut this equipment.
means-by = How to cut it?
means-hand-note = A person unplugs it, then confirms
means-hook-note = A firewall, switch or hypervisor obeys
means-guard-note = The guard isolates its own server
means-none-note = No way yet
means-none = None for now
means-room = Room
means-hand-hint = For a cut by hand
means-rack = Rack or cupboard
means-label = Label on the cable or socket
means-label-hint = Exactly what is written on it
means-hook = Prepared command
means-hook-hint = The names come from the platform’s configuration
means-guard = Guard
means-guard-hint = The one on this server
means-hand-missing = Say the room and the label
means-hook-missing = Choose a prepared command
means-guard-missing = Choose this server’s guard
means-hand-value-plain = Room { $room }, label “{ $label }”
means-hand-value = Room { $room }, rack { $rack }, label “{ $label }”
means-hook-value = Prepared command “{ $hook }”
means-guard-value = The guard isolates this server
fleet-total = Computers in all
fleet-checked = Computers checked
fleet-reinstalled = Computers reinstalled
fleet-too-many = More than the total

## Services

services-title = Public services
services-text = What residents see. The status is worked out from the equipment.
service-line-missing = To complete: hours, place or number
service-what = What it is
service-place = Place
service-place-hint = Address, floor, counter
service-hours = Hours
service-hours-hint = As they should read on the page
service-phone = Telephone
service-phone-hint = A number that works during an outage
service-name-fr = Name, in French
service-name-hint = Only if the usual name does not fit
service-name-en = Name, in English
service-fallback = Fallback
service-fallback-hint = How the service goes on when all is down
service-note-fr = What residents must do then, in French
service-note-hint = One short sentence, verb first
service-note-en = The same, in English
service-criticality = Importance
service-downtime = Bearable absence
service-downtime-none = None
service-causes = Why it is not as usual
service-overridden = A person corrected the status
service-overridden-value = { $status }: “{ $reason }” ({ $who }, { $when }). Worked out: { $computed }.
service-clear = Go back to the status worked out
service-override = Correct the status by hand
service-override-text = Your word wins over the reckoning, and shows.
service-override-status = What can residents count on?
service-override-reason = Why
service-override-go = Correct the status
service-details = Place, hours, telephone, fallback
service-needs = What it depends on
service-needs-text = Essential: without it, the service stops. Helpful: without it, it works less well.
need-strength = Importance
need-none = Does not depend on it
need-via = Reached over the network
need-direct = Over no network path that can be cut

## Notices

notices-title = Public notices
notices-text = What the authority tells residents. A correction never hides what was said.
notices-none = No notice.
notice-new-title = Prepare a notice
notice-title = Public notice
notice-new-text = Filled in from the facts. Read each sentence, then save: nothing is published yet.
notice-state-draft = In preparation
notice-state-published = Published
notice-state-corrected = Corrected
notice-state-correcting = Published, correction in preparation
notice-state-ended = Ended
notice-line-published = Published on { $when }
notice-line-draft = Not published yet
notice-title-label = Title
notice-body-label = Text
notice-body-hint = Short sentences. An empty line parts paragraphs.
notice-title-missing = Give a title in both languages
notice-body-missing = Write the text in both languages
notice-save = Save the draft
notice-preview = See it on the real page
notice-preview-en = See it on the real page, in English
notice-publish-over = Publish
notice-publish-text = Residents read it within a second, on the page, the feeds and the banner. Read it on the real page first.
notice-publish = Publish now
notice-correct-text = This notice is published. What you save here prepares a correction; the former text stays readable.
notice-correct-now = The page will show the new text, the time of the correction and the former text.
notice-correct = Publish the correction
notice-end-title = End this notice
notice-end-text = The notice leaves the top of the page and stays in the history.
notice-end = End the notice
notice-who-publishes = Directors publish, correct and end notices.
notice-history = What was published

## Journal

journal-title = Journal
journal-text = All that happened and all that was decided, newest first. Nothing can be taken out without it showing.
journal-newer = Newer
journal-older = Older
journal-export-title = Take the journal with you
journal-export-text = The file is checked with the command “beffroi journal verify” and the fingerprint below.
journal-fingerprint = Fingerprint of the key
journal-export = Download
journal-number = no. { $number }
journal-by-command = Command line
journal-by-guard = A guard
journal-by-platform = The platform
journal-by-outside = Outside
journal-by-former = An account that no longer exists
journal-other = Entry: { $kind }
journal-account-created = Account added
journal-account-password = Pass-phrase changed
journal-account-totp = Authenticator changed
journal-account-codes = One-time codes made
journal-account-code-used = One-time code used
journal-account-role = Role changed
journal-account-disabled = Account disabled
journal-account-enabled = Account enabled
journal-alarm-raised = Alarm raised
journal-alarm-repeated = Alarm repeated
journal-alarm-revised = Alarm revised
journal-alarm-listed = Files of an alarm listed
journal-alarm-decided = Alarm decided
journal-alarm-decision-reason = Reason of the decision
journal-asset-contact = Emergency contact changed
journal-asset-cut-means = Means of cutting changed
journal-asset-exposure = Data: what is known has changed
journal-asset-fleet = Count of computers changed
journal-folder-mapped = Folder of a server mapped
journal-folder-unmapped = Folder of a server no longer mapped
journal-asset-needs = Dependencies of equipment changed
journal-asset-renamed = Equipment renamed
journal-asset-shared = Equipment shared
journal-asset-unshared = Sharing of equipment ended
journal-asset-state = State of equipment
journal-assets-added = Equipment added
journal-cut-ordered = Cut ordered
journal-cut-confirmed = Cut confirmed
journal-cut-failed = Cut failed
journal-cut-lift-ordered = Lifting of a cut ordered
journal-cut-lift-failed = Lifting of a cut failed
journal-cut-by-guard-alone = The guard cut its server by itself
journal-cut-lifted-by-code = Cut lifted on the spot, with the printed code
journal-cut-lifted = Cut lifted
journal-files-restored = Files put back
journal-guard-enrolment-offered = Enrolment of a guard prepared
journal-guard-enrolled = Guard enrolled
journal-guard-revoked = Guard revoked
journal-guard-ordered = Order given to a guard
journal-guard-order-ended = Answer of a guard to an order
journal-incident-declared = Incident declared
journal-incident-nature = Nature of the incident stated
journal-incident-phase = Phase of the incident
journal-incident-tenant-added = Authority added to the incident
journal-login = Log-in
journal-notice-drafted = Draft of a notice saved
journal-notice-published = Notice published
journal-notice-corrected = Notice corrected
journal-notice-ended = Notice ended
journal-service-details = Place, hours, telephone of a service
journal-service-fallback = Fallback of a service
journal-service-needs = Dependencies of a service changed
journal-service-overridden = Status of a service corrected by hand
journal-service-override-cleared = Status of a service worked out again
journal-services-added = Services added
journal-tenant-added = Authority added
journal-tenant-closed = Authority closed
journal-tenant-reopened = Authority reopened
journal-text-erased = Text erased
journal-platform-restored = Platform brought back from a backup
journal-detail-from-to = { $from } → { $to }

## People

people-title = People
people-state-active = Active
people-state-pending = To be set up
people-state-disabled = Disabled
people-line-totp = Phone linked
people-line-no-totp = No phone linked
people-line-codes = { $count ->
    [0] no printed code
    [one] one printed code
   *[other] { $count } printed codes
}
people-change = Change the account of { $name }
people-role = Role
people-role-go = Change the role
people-codes = Give a new first code
people-codes-text = Earlier codes, pass-phrase and phone will stop working.
people-disable = Disable the account
people-disable-text = The person is logged out at once and cannot get in again.
people-my-phone = Link my phone
people-my-codes = Print ten new codes
people-add-title = Add a person
people-name = Name
people-name-hint = As this person will write it to get in
people-name-missing = Write a name
people-name-taken = This name is already taken in this authority
people-no-incident = A responder reads an incident under way: there is none
people-add = Add and show the first code
people-code-title = First code of { $name }
people-code-text = Hand it over in person. It will never be shown again.
people-code-until = It works once, until { $when }.
people-back = Back to people
role-note-director = Decides, publishes, manages people
role-note-technician = Says the state of equipment, cuts, declares
role-note-clerk = Prepares notices, keeps opening hours
role-note-reader = Only reads
role-note-responder = From outside: only reads
role-note-operator = Every local authority

## Guards

guards-title = Guards
guards-text = A guard stands on a file server, notices what vanishes and keeps what it takes to put it back.
guards-none = No guard is enrolled.
guard-title = Guard: { $name }
guard-state-heard = Heard
guard-state-silent = Silent
guard-state-never = Never heard
guard-state-revoked = Revoked
guard-line = { $where }, { $when }
guard-heard = Heard
guard-host = Machine
guard-level = What it sees
guard-asset = Equipment
guard-mode-name = Mode
guard-cut-name = Its server
guard-cut-yes = Cut off the network
guard-cut-no = On the network
guard-temperature = Temperature
guard-disk = Disk
guard-disk-value = { $percent }% full
guard-reserve = Reserve
guard-reserve-value = { $used } of { $limit } MiB
guard-holes = What it cannot do on this machine
guard-enrol-title = Enrol a guard
guard-enrol-text = The enrolment file works once and for 15 minutes. Carry it to the server, then run “beffroi guard --watch FOLDER --enrol FILE”.
guard-enrol-asset = On which equipment?
guard-enrol-nowhere = The platform does not know at which address guards reach it: the person who runs it must set it
guard-enrol = Download the enrolment file
guard-restore-title = Put back what vanished
guard-restore-text = The guard puts the files of that alarm back in place. What stands there now is kept beside; nothing is overwritten.
guard-restore-which = Which alarm?
guard-restore-none = No alarm of vanished files from this guard.
guard-restore = Put the files back
guard-revoke-title = Revoke this guard
guard-revoke-text = Its messages will be refused and it will get no more orders. A new enrolment will be needed.
guard-revoke = Revoke

## Local authorities

tenants-title = Local authorities
tenants-search = Name or code
tenants-search-go = Search
tenants-none = No local authority matches.
tenants-here = You are here
tenants-enter = Enter { $name }
tenants-more = More of the list

## Done

done-dismissed = The alarm is dismissed.
done-merged = The alarm is merged into the incident.
done-phase = The incident has moved to another phase.
done-state = The state is saved. The public page follows.
done-exposure = What is known of the data is saved.
done-folder = Folder kept.
done-means = The means of cutting is saved.
done-about = Saved.
done-cut = The cut is ordered.
done-cut-confirmed = The cut is confirmed.
done-rule = The rule is signed: it is in force.
done-rule-withdrawn = The rule is withdrawn: only people cut.
done-lifted = The lifting is ordered. Check the equipment, then say its state.
done-override = The corrected status shows.
done-cleared = The status is worked out again.
done-details = Saved and shown on the public page.
done-needs = The dependencies are saved.
done-saved = The draft is saved. Nothing is published yet.
done-published = The notice is published.
done-corrected = The correction is published.
done-ended = The notice is ended.
done-role = The role is changed.
done-disabled = The account is disabled.
done-revoked = The guard is revoked.
done-restore = The order is sent. The guard reports in a few moments.
done-entered = You now act for this local authority.
done-totp = Your phone is linked.
