### What guards say, for staff.

guard-letter-a = A: each write is seen before it happens
guard-letter-b = B: each open is seen before it happens
guard-letter-c = C: changes are seen afterwards; nobody is named or stopped

guard-mode-observe = Observes: says what it would have done
guard-mode-protect = Protects: denies, holds, stops

guard-hole-not_root = Does not run as root
guard-hole-no_fanotify = The system does not let it watch opens (fanotify)
guard-hole-no_actor = Cannot name who did it
guard-hole-no_stop = Cannot stop who did it
guard-hole-deletions_after_the_fact = Deletions are counted afterwards: some pass before the stop
guard-hole-moves_after_the_fact = Files moved away are counted afterwards; deletions are stopped as they happen
guard-hole-truncate_by_path = A file emptied by its path is seen only afterwards
guard-hole-opened_before = A file opened before the guard started can be rewritten unseen
guard-hole-hard_links_elsewhere = A file reached by another link, outside the watched folders, is not seen
guard-hole-no_earlier_content = The earlier content of a file rewritten in place is not kept
guard-hole-no_reserve = No reserve on this disk: a vanished file stays lost there
guard-hole-mounted_below = A file system mounted under a watched folder is of a kind that is not watched
guard-hole-rings = Whoever writes through a ring (io_uring) may be taken for somebody who reads
guard-hole-nfs_server = Over NFS, served by the kernel, a file can be emptied unseen, and who does it is not known
guard-hole-no_cut = Cannot cut its server from the network
guard-hole-no_temperature = Reads no temperature
guard-hole-no_pressure = Does not read the load of the server
guard-hole-observe_only = Only observes: nobody has switched protection on yet
guard-hole-unknown = A limit that this version does not know: update the platform

guard-suspicion-mass_disappearance = Files vanishing in mass
guard-suspicion-mass_rewriting = Files rewritten in mass
guard-suspicion-vital_signs = Server hot or choked
guard-suspicion-reserve_full = Reserve full: what comes next could not be put back
guard-suspicion-events_lost = Events lost: something may have been missed
guard-suspicion-order_refused = Suspect order refused
guard-suspicion-guard_restarted = Guard ended and started again: nobody watched in between
guard-suspicion-decoy_touched = Decoy touched: somebody altered, renamed or deleted a file that nobody has any business with
guard-suspicion-decoy_down = The share of the decoy ended; it was started again
guard-suspicion-unknown = A suspicion that this version does not know: update the platform

alarm-outcome-observed = Reported, nothing more
alarm-outcome-held = Author paused
alarm-outcome-stopped = Author stopped
alarm-outcome-released = Author paused, then let go: no second sign came
alarm-outcome-let_go = Author let go by a person
alarm-outcome-client_cut = Client computer cut off, its connection ended; the others go on
alarm-outcome-denied_only = Author left running, its access to files denied
alarm-outcome-not_stopped = Author not stopped
alarm-outcome-unknown = Outcome unknown: go and look at the server

guard-signal-existing_file_gone = A file that was there vanished
guard-signal-content_transformed = A content became unreadable
guard-signal-blocks_transformed = Parts of a file became unreadable
guard-signal-content_wiped = A content was overwritten
guard-signal-content_emptied = A content was emptied
guard-signal-structure_broken = A document, archive or image was broken
guard-signal-same_new_extension = Files were given one same new extension
guard-signal-canary_touched = A file that nobody has a reason to touch was altered
guard-signal-canary_gone = A file that nobody has a reason to touch was deleted
guard-signal-same_note = The same note was left in several folders
guard-signal-vital_signs = Heat or load at the same time
guard-signal-bait_touched = A file of the decoy was touched
guard-signal-unknown = A sign that this version does not know

guard-touch-deleted = Deleted
guard-touch-renamed_away = Renamed or moved away
guard-touch-rewritten = Rewritten
guard-touch-dropped = Left by the author
guard-touch-unknown = Touched in an unknown way

order-outcome-done = Done, and read back
order-outcome-bad_signature = Refused: the signature is not the platform’s
order-outcome-other_guard = Refused: meant for another guard
order-outcome-old_sequence = Refused: older than an order already obeyed
order-outcome-expired = Refused: it came too late
order-outcome-unknown_alarm = Refused: there is no such alarm here
order-outcome-no_means = Not done: the means are missing on this server
order-outcome-failed = Tried, and failed
order-outcome-unknown = Outcome unknown: go and look at the server

guard-let-go-title = Let the author go on
guard-let-go-text = The author paused, stopped or cut off under the alarm chosen above goes on working. What it touched stays kept and can be put back. If it damages more files, it is stopped again.
guard-let-go = Let it go on
done-let-go = The order is sent. The guard lets the author go on in a moment.

maintenance-title = Announce a job that deletes many files
maintenance-text = For the time you announce, nobody is asked about files that one user of this server deletes or renames: a yearly purge, a move of the share. Everything is still kept and can be put back; encrypting is stopped as ever. No program is trusted for its name: say which user the job runs as.
maintenance-user = Number of that user on the server (command: id -u NAME)
maintenance-from = It begins
maintenance-from-hint = Date and time, for example 2026-11-28 02:00
maintenance-from-wrong = Write a date and a time, for example 2026-11-28 02:00
maintenance-minutes = Minutes it may take (0 withdraws what was announced for this user)
maintenance-days = On how many days, at the same hour
maintenance-number = Write a whole number, at most { $max }
maintenance-announce = Announce it
maintenance-line = User { $user }, from { $from }: { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}, { $days ->
    [one] once
   *[other] on { $days } days
}
done-announced = The order is sent. The guard takes it in a moment.
