### Words used everywhere: dates, durations, and one word for each code.

weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

date-full = { $weekday } { $day }{"\u00A0"}{ $month }{"\u00A0"}{ $year } at { $time }
date-day = { $weekday } { $day }{"\u00A0"}{ $month }{"\u00A0"}{ $year }
date-short = { $day }{"\u00A0"}{ $month }, { $time }
date-none = date unknown

duration-moment = less than a minute
duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
duration-two = { $large } and { $small }
duration-since = for { $duration }
duration-ago = { $duration } ago


tenant-kind-commune = Town
tenant-kind-epci = Joint authority
tenant-kind-departement = Département
tenant-kind-region = Region

house-commune = Town hall
house-epci = Joint authority
house-departement = Département
house-region = Region

status-open = Open
status-degraded = Open, with limits
status-paper_only = At the counter, on paper
status-closed = Closed
status-unknown = Not confirmed

exposure-safe = Safe
exposure-at_risk = May have been reached
exposure-exposed = Stolen or made public
exposure-unknown = Not yet known

whose-residents = residents
whose-staff = staff
whose-both = residents and staff
whose-nobody = nobody

role-operator = Operator
role-director = Director
role-technician = Technician
role-clerk = Clerk
role-reader = Reader
role-responder = Outside responder

asset-kind-file_server = File server
asset-kind-business_app = Business application
asset-kind-cloud_app = Application at its editor’s
asset-kind-directory = Directory of accounts
asset-kind-hypervisor = Hypervisor
asset-kind-backup_server = Backup server
asset-kind-workstation_fleet = Workstations
asset-kind-mail = Mail
asset-kind-telephony = Telephony
asset-kind-network = Network
asset-kind-nas = Network storage
asset-kind-web_site = Web site
asset-kind-payment_terminal = Payment terminal
asset-kind-outside_system = Outside system

asset-state-up = Working
asset-state-degraded = Working in part
asset-state-cut = Cut off
asset-state-down = Down
asset-state-unknown = Unknown

alarm-kind-files_vanishing = Files are vanishing
alarm-kind-files_rewritten = Files are being rewritten
alarm-kind-vital_signs = A server runs hot or is choked
alarm-kind-guard_blind = A guard does not see everything
alarm-kind-guard_silent = A guard no longer answers
alarm-kind-order_refused = A guard refused a suspect order
alarm-kind-failed_logins = Many refused log-ins
alarm-kind-new_device = Log-in from an unknown device
alarm-kind-decoy_touched = Somebody touched the decoy
alarm-kind-platform_silent = The platform kept no watch for a while

alarm-state-open = To decide
alarm-state-declared = Incident declared
alarm-state-merged = Joined to an incident
alarm-state-dismissed = Dismissed

cut-means-guard = By the guard, on the server itself
cut-means-hook = By a prepared command
cut-means-hand = By hand

phase-declared = Declared
phase-contained = Contained
phase-diagnosed = Diagnosed
phase-eradicated = Eradicated
phase-restored = Restored
phase-closed = Closed

nature-unknown = Cause unknown
nature-cyberattack = Cyberattack
nature-failure = Failure

criticality-vital = Vital
criticality-high = High
criticality-normal = Normal
criticality-low = Low

fallback-none = None
fallback-online = Online, another way
fallback-paper = On paper, at the counter
fallback-other_place = At another place
fallback-telephone = By telephone

strength-essential = Essential
strength-helpful = Helpful

mood-calm = Nothing to report
mood-checking = To check
mood-disturbed = Services disturbed
mood-incident = Incident under way
