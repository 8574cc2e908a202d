### The rehearsal: one person, alone, plays the first twenty minutes on a copy of the town hall.

rehearsal-band = EXERCISE
rehearsal-band-text = Nothing is real, nothing is sent.
rehearsal-band-count = Step { $number } of { $total }
rehearsal-band-all = All steps are done.
rehearsal-band-wait = Wait: an alarm is about to come.
rehearsal-band-phone = Your telephone has just received:
rehearsal-band-more = Where I am, end

rehearsal-step-log_in = Come in with a printed code
rehearsal-step-answer = Answer the alarm
rehearsal-step-declare = Declare the incident
rehearsal-step-card = Read the reflex card
rehearsal-step-cut = Cut an asset and confirm it
rehearsal-step-draft = Prepare the notice to residents
rehearsal-step-tell = Publish the notice
rehearsal-step-sheets = Open what is printed

rehearsal-do-log_in = On a telephone, open the console’s address and type a printed code.
rehearsal-do-answer = Open the link in the message and say that you take care of the alarm. The button is also on the alarm’s page.
rehearsal-do-declare = Open the alarm, then “Declare an incident”. Read the consequences before you confirm.
rehearsal-do-card = Open “Reflex card” from the page “Today”, and read it to its end.
rehearsal-do-cut = Choose an asset, have it cut, then confirm as if you had pulled the cable.
rehearsal-do-draft = Open “Public notices”, prepare the notice and save it.
rehearsal-do-tell = Read the notice on the real page, then publish it.
rehearsal-do-sheets = Open “Prepare”, then the door poster or the orders to staff.

rehearsal-done = { $step }: done in { $took }.
rehearsal-late = { $step }: done in { $took }; aim for { $goal } min after the alarm.
rehearsal-not-done = { $step }: not done.

rehearsal-gap-nobody_on_call = Nobody is on the real on-call list: add at least two people.
rehearsal-gap-envelope_stale = The cyber envelope is missing or out of date: print it.
rehearsal-gap-one_actor = Only one person can act: give a second one an account.
rehearsal-gap-service_details = { $count ->
    [one] One service lacks something that residents look for: place, hours, number.
   *[other] { $count } services lack something that residents look for: place, hours, number.
}
rehearsal-gap-service_needs = { $count ->
    [one] Nobody has said what one service depends on: say it.
   *[other] Nobody has said what { $count } services depend on: say it.
}
rehearsal-gap-cut_means = { $count ->
    [one] Nobody has said how one asset is cut: say it.
   *[other] Nobody has said how { $count } assets are cut: say it.
}
rehearsal-gap-open_alarms = { $count ->
    [one] One real alarm waits for a decision: open it.
   *[other] { $count } real alarms wait for a decision: open them.
}

rehearsal-title = Rehearsal
rehearsal-over = Rehearsal over
rehearsal-lede = You play the first twenty minutes of an attack, alone, on a copy of the town hall. The alarm, the files and the messages are false; the screens are the real ones.
rehearsal-steps = Your steps
rehearsal-now = To do now
rehearsal-end = End and see how it went
rehearsal-end-text = You may end at any time. You are then told what went well and what to change.
rehearsal-well = What went well
rehearsal-well-none = No step was done in time. Start again next week: that is what this is for.
rehearsal-change = What to change
rehearsal-change-none = Nothing: rehearse again in six months, with somebody else.
rehearsal-print = Print this or take a picture of it: the copy is erased at the end.
rehearsal-how = How to rehearse
rehearsal-how-text = One person, alone, plays the first twenty minutes of an attack on a copy of the town hall. Nothing is sent. On the platform’s machine, the operator types:
rehearsal-last = Last rehearsals
rehearsal-last-none = Nobody has rehearsed here yet.
rehearsal-last-line = { $role }: { $good } steps of { $total } in time, in { $minutes } min
rehearsal-ready = The rehearsal is ready. Nothing is real, nothing is sent; the copy is erased at the end.
rehearsal-address = address        { $url }
rehearsal-code = printed code   { $code }
rehearsal-second = one more code  { $code } (asked for before you cut or publish)
rehearsal-public = public page    { $url }
rehearsal-phone = Your telephone has just received: { $text }
rehearsal-stop = End from the console, or here with Ctrl-C.
rehearsal-time-up = Time is up.
rehearsal-leave = The copy stays open so that you can read how it went. Ctrl-C erases it.
rehearsal-line = Twenty minutes, one person, on a copy; nothing is sent.
todo-rehearsal = Nobody has rehearsed for six months: do it.

journal-rehearsal-done = Rehearsal played
