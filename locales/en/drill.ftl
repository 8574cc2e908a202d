### The account of a drill that the program plays by itself.

drill-title = Drill '{ $name }': { $town }, { $date }
drill-simulated = All of this is played: false files, false attacker, real program. Nothing leaves this machine.
drill-ok = Passed: the town hall went on serving, no file lost.
drill-failed = Failed: see below what is missing.
drill-files = Files: { $total } made, { $touched } touched, { $restored } put back, { $lost } lost.
drill-vault = Vault: reserve destroyed, { $touched } files ruined or gone; { $restored } back from the vault in { $time }, { $lost } lost.
drill-desk = Counter: { $requests } requests received online, { $kept } appointments kept, { $taken } new, { $pages } pages printed.
drill-root-yes = The guard had every right: it names the attacker and stops it.
drill-root-no = The guard had no administrator's rights: it sees and repairs, but does not stop.
drill-root-none = Nobody watched: no guard in this drill.
drill-when = How long, from the first file touched
drill-ms-alarm = the alarm is on the platform
drill-ms-stop = the attacker is stopped
drill-ms-page = the public page says so
drill-ms-restored = every file is back
drill-not-possible = not possible without root
drill-not-reached = not reached
drill-alarm = Who was woken
drill-alarm-answered = { $name } answered; message handed over { $time } after the alarm, { $count ->
    [0] at the first try
    [one] after one person who could not be reached
   *[other] after { $count } people who could not be reached
}
drill-services = What residents see
drill-before = before
drill-during = during
drill-after = after
drill-checks = What was checked
drill-yes = yes
drill-no = NO
drill-journal = Journal: { $entries } entries, verified; fingerprint { $fingerprint }
drill-journal-bad = Journal: { $entries } entries, NOT verified
drill-check-calm = Before the attack, the page says that everything works
drill-check-heat = The hot server raises an alarm, marked 'simulated'
drill-check-alarm = The vanishing files raise an alarm
drill-check-silent-page = From an alarm alone the page says only 'we are checking'
drill-check-stop = The attacker is stopped
drill-check-bell = Somebody on call is reached outside the town hall, in spite of a broken gateway, and answers
drill-check-declared = A person declares, with one printed code, in 12 inputs at most
drill-check-cut-guard = One server is cut by its guard, and confirmed
drill-check-cut-hook = One server is cut by a command of the operator, and confirmed
drill-check-cut-hand = One server is unplugged by hand, and counts once confirmed
drill-check-telephone = The telephone is shown to work
drill-check-untouched = Services that were not touched are shown open
drill-check-fallback = The canteen goes on, on paper
drill-check-isolated = The State's system is safe but out of reach
drill-check-shared = The shared asset concerns the other authority too, and it knows
drill-check-notice = The official notice carries its six statements, in both languages
drill-check-page = The public page tells of the incident within a second of its declaration
drill-check-restored = Every file is back, compared byte by byte
drill-check-journal = The journal verifies, and an altered copy is refused
drill-check-back = Once things are back, the page says so
drill-check-vault = With the reserve destroyed, every file comes back from the vault, compared byte by byte
drill-check-desk = The counter stays open: requests online, appointments kept and printed, new ones when a person says so
drill-look-at = The town stays in its crisis. To look at:
drill-look-page = public page     { $url }
drill-look-console = staff console   { $url }
drill-look-code = one-time code   { $code }
drill-look-stop = Ctrl-C to stop and remove everything.
