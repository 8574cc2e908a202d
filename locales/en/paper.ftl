### What is printed.

paper-page = Page { $number } of { $all }
paper-printed = Printed on { $at }
paper-reference = Reference
paper-square-alt = A square to read with a device. It holds the reference { $code }.
paper-yes = Yes
paper-no = No
paper-quoted = “{ $text }”
paper-or = { $first } or { $second }
paper-months = { $count ->
    [one] one month
   *[other] { $count } months
}
paper-years = { $count ->
    [one] one year
   *[other] { $count } years
}

paper-form-how = Write with a black pen, in capitals, one letter in each box. Tick with a cross. What is ‘optional’ may stay empty.
paper-form-optional = optional
paper-form-if-ticked = Only if you ticked { $options }.
paper-form-if-answered = Only if you answered { $answer } to { $question }.
paper-form-day = day
paper-form-month = month
paper-form-year = year
paper-part-family_name = Family name
paper-part-given_names = Given names
paper-part-street = Number and street
paper-part-postcode = Postcode
paper-part-town = Town

paper-form-who = Who may ask
paper-form-where = Where to bring it
paper-form-hours = Hours
paper-form-phone = Telephone
paper-form-when = When
paper-form-bring = With what
paper-form-ask = { $kind ->
    [epci] at the joint authority’s office
    [departement] at the département’s reception
    [region] at the région’s reception
   *[other] at the town hall’s reception
}

paper-form-signed-on = Date
paper-form-signature = Signature
paper-form-next = What happens next
paper-clock-for = For { $options }: { $sentence }
paper-clock-grants = without an answer within { $months }, it is granted ({ $law }).
paper-clock-refuses = without an answer within { $months }, a request for money or a decision is refused; you may contest it ({ $law }).
paper-clock-nothing = the law gives { $months } to answer you ({ $law }).

paper-privacy-title = Your data
paper-privacy-purpose = { $name } asks for this { $purpose }. Ground: { $basis } ({ $law }).
paper-privacy-readers = It is read by { $readers }.
paper-privacy-kept = It is kept for { $months } after { $from }, then erased.
paper-privacy-kept-visa = It is kept for { $months } after { $from }, then erased once the archivist of the département agrees.
paper-privacy-rights = { $basis ->
    [consent] You may see it, have it corrected or erased, and change your mind at any time
    [legal_duty] You may see it and have it corrected
   *[other] You may see it, have it corrected or erased, and object to its use
}: write to the data-protection officer at the authority’s address. If the answer does not suit you: CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, cnil.fr.

paper-counter-title = For staff: { $group }
paper-counter-urgent = Read it the same day.
paper-counter-received = Received on
paper-counter-by = By (initials)
paper-counter-identity = Identity checked
paper-counter-typed = Typed in on

paper-counterfoil-title = Slip to keep
paper-counterfoil-what = With this reference your request can be found again, at the counter or by telephone.
paper-counterfoil-stamp = Date and stamp

paper-list-count = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
paper-list-count-files = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
paper-list-number = List no. { $number }
paper-list-made = as it stood on { $day }
paper-list-destroy = Destroy list no. { $number } and every copy of it.
paper-list-locked = Personal data: keep this list under lock and key.
paper-list-present = Present
paper-requests-title = Requests of residents
paper-request-locked = Personal data: keep this sheet under lock and key.
paper-request-empty = (no answer)
paper-queue-count = { $count ->
    [one] { $count } request
   *[other] { $count } requests
}
paper-queue-none = No request is waiting.
paper-list-reached = Reached
paper-day-title = Appointments of { $day }
paper-day-count = { $count ->
    [one] { $count } appointment
   *[other] { $count } appointments
}
paper-day-replaces = Replaces the sheet printed on { $at }: destroy that one.
paper-day-none = No appointment on that day.
paper-day-time = Time
paper-day-who = Name
paper-day-about = What for
paper-day-phone = Telephone
paper-day-came = Came
