### The counter: procedures.

key-group-social = social services
key-group-school = schools and children
key-group-civil_status = civil status
key-group-planning = planning
key-group-general = reception

basis-consent = with your consent
basis-legal_duty = a legal duty
basis-public_task = a task in the public interest
basis-vital_interests = the protection of life

kept-from-answer = the answer
kept-from-appointment = the appointment
kept-from-school_year = the end of the school year
kept-from-last_contact = the last contact
