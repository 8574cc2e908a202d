### The services of the catalogue: their name, what they are, how they go on otherwise.

fallback-sentence-none = Come back later: this service cannot be given for now.
fallback-sentence-online = Use the other online way: ask the reception for its address.
fallback-sentence-paper = Come to the counter: your request is taken on paper.
fallback-sentence-other_place = This service is given at another place: ask the reception for the address.
fallback-sentence-telephone = Call: your request is taken by telephone.
fallback-sentence-telephone_out = Come in person: the telephone does not work.

service-reception = Reception
service-reception-what = Front desk, switchboard, post
service-reception-fallback-paper = { $phone ->
    [out] Come: the reception notes your request on paper.
   *[up] Come or call: the reception notes your request on paper.
}

service-deaths = Deaths and cemetery
service-deaths-what = Declare a death, arrange a funeral
service-deaths-fallback-paper = Come to the counter with the medical certificate: the record is written by hand.

service-births = Births
service-births-what = Declare a birth, recognise a child
service-births-fallback-paper = Come to the counter with the birth certificate: the record is written by hand. The legal limit of 5 days does not change.

service-marriages = Marriages and civil unions
service-marriages-what = File the papers, post the banns
service-marriages-fallback-paper = File your papers at the counter.

service-identity_cards = Identity cards and passports
service-identity_cards-what = Make an appointment, apply for or collect a document
service-identity_cards-fallback-other_place = Make an appointment at another equipped town hall: any of them can take your application.

service-elections = Elections
service-elections-what = Register to vote, vote by proxy
service-elections-fallback-paper = Ask for the paper form at the counter.

service-canteen = School meals and after-school care
service-canteen-what = Register a child, report an absence
service-canteen-fallback-paper = { $phone ->
    [out] Register your child or report an absence at the counter.
   *[up] Register your child or report an absence at the counter or by telephone.
}

service-creche = Nursery
service-creche-what = Care of young children
service-creche-fallback-paper = Attendance is kept on paper: tell the team of any change.

service-schools = Schools
service-schools-what = School registration, transport
service-schools-fallback-paper = Register your child at the counter, on paper. Bring an identity document and proof of address.

service-social_centre = Social services
service-social_centre-what = Aid, address certificates, meals at home
service-social_centre-fallback-paper = Come to the counter: requests are taken on paper.

service-water = Water and sewage
service-water-what = Leaks, cuts, water quality
service-water-fallback-telephone = Report a leak or a cut by telephone.

service-police = Municipal police
service-police-what = Public order, parking, lost property
service-police-fallback-telephone = Call the municipal police. In an emergency, dial 17 or 112.

service-planning = Planning
service-planning-what = Building permits, declarations of works
service-planning-fallback-paper = File your application on paper at the counter, against a receipt: time limits run from that day.

service-payments = Payments and bills
service-payments-what = Pay for meals, a charge, a hire
service-payments-fallback-paper = Pay at the counter by cheque or in cash, against a receipt.

service-council = Council
service-council-what = Meetings, decisions, public records
service-council-fallback-paper = Read the notices and decisions posted at the entrance.

service-payroll = Staff pay
service-payroll-what = Wages of staff
service-payroll-fallback-paper = The pay of the month before is repeated if needed, then corrected.

service-waste = Waste and recycling
service-waste-what = Collection, bulky items, recycling centre
service-waste-fallback-telephone = For bulky items or a missed bin, call.

service-roads = Roads and public spaces
service-roads-what = Report a danger, a broken street light
service-roads-fallback-telephone = Report a danger by telephone.

service-library = Library
service-library-what = Read, borrow, return
service-library-fallback-paper = Come in: loans and returns are noted on paper.

service-sports = Pool, sports and leisure
service-sports-what = Pool, halls, leisure centres
service-sports-fallback-paper = Register on the spot, on paper.

service-associations = Associations and halls
service-associations-what = Book a hall, ask for a grant
service-associations-fallback-telephone = Book a hall by telephone.

service-annex_halls = Annex town halls
service-annex_halls-what = Town services near you
service-annex_halls-fallback-paper = Come to the counter of the annex: your request is taken on paper.
