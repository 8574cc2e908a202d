### Print posts: day sheets are printed the evening before, with nobody logged in.

printers-title = Print posts
printers-text = A computer beside a printer of the town hall prints the next day’s appointments each evening, with nobody logged in. It has a key of its own, which can be revoked.
printers-none = No print post.
printers-back = Back to the print posts
printer-make-title = Add a post
printer-make-text = You download a file. Carry it to the computer within the hour: it works once. There, type: beffroi desk printer enrol poste.json
printer-make = Download the file
printer-name = Name of the post
printer-name-hint = For instance: Printer of the reception.
printer-name-missing = Give the post a name
printer-name-long = Write a name of 80 characters at most
printer-groups = Sheets printed for
printer-groups-hint = The post will be able to open the appointments of these services, nothing else.
printer-groups-waiting = To be confirmed
printer-evening = Time of printing, the evening before
printer-hostname = Computer
printer-state-revoked = Revoked
printer-state-expired = File expired
printer-state-invited = Not installed yet
printer-state-waiting = To be confirmed
printer-state-silent = Does not answer
printer-state-failing = Does not print
printer-state-ready = In service
printer-no-key = Somebody who reads the appointments of these services must confirm this post. You do not have their key in this session.
printer-confirm-title = Confirm this post
printer-confirm-text = It will open the appointments of: { $groups }. Read the code on the computer’s own screen, or have somebody in front of it read it out: another code means that somebody else took its place.
printer-mark = Code shown by the computer
printer-mark-hint = Twelve letters and digits, such as ABC-DEF-GHJ-KMN.
printer-mark-wrong = This is not the code of this post: read it again. If it is right, revoke this post: somebody else enrolled in its place
printer-confirm = Confirm the post
printer-ask-title = Print a sheet now
printer-ask-agenda = Service point
printer-ask-day = Day
printer-ask = Print on this post
printer-day-wrong = Choose today or a day to come
printer-sheets = Printed sheets
printer-sheets-none = No sheet printed for today or the days to come.
printer-printed = printed on { $when }
printer-times = { $count ->
    [one] once
   *[other] { $count } times
}
printer-locked = { $count ->
    [one] One line could not be opened
   *[other] { $count } lines could not be opened
}
printer-again-text = Appointments were taken before this post was confirmed. With your key they can be sealed for it too; the sheet is then printed again.
printer-again = Seal for this post too
printer-revoke = Revoke this post
printer-revoke-text = It is handed nothing more and nothing more is sealed for it. What it printed stays on paper. A revoked post does not come back: add another.
printer-done-confirmed = The post is confirmed; coming appointments are sealed for it too
printer-done-sealed = Coming appointments are sealed for this post too
printer-done-asked = The sheet is asked for: it is printed within a minute

alarm-kind-print_post_down = A print post is silent or does not print
journal-by-print-post = A print post
journal-print-post-made = Print post added
journal-print-post-enrolled = Print post installed
journal-print-post-confirmed = Print post confirmed
journal-print-post-revoked = Print post revoked
journal-print-sheet-asked = Sheet asked of a print post
journal-print-sheet-printed = Day sheet printed
journal-appointments-sealed-again = Appointments sealed again for their readers
journal-agenda-days-sealed-again = Pulled agendas sealed again for their readers
