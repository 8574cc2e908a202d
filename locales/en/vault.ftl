## The vault: the servers' backups, which their own credentials cannot delete

menu-vault = Vault

alarm-kind-vault_silent = A server no longer sends its backups
alarm-kind-vault_filling = The vault is filling up
alarm-kind-vault_full = The vault refuses backups for want of room
alarm-kind-vault_tampered = Somebody tried to delete or block backups
alarm-kind-vault_damaged = Backups in the vault are damaged
alarm-kind-vault_suspect = A backup looks suspect
alarm-kind-vault_bad = A backup holds ruined files
alarm-kind-vault_unusual = A server sends far more than it used to

alarm-vault-server = Server
alarm-vault-what = What happened
alarm-vault-what-delete = A deletion was refused. Nothing was deleted.
alarm-vault-what-config = Rewriting the repository’s settings was refused. Nothing changed.
alarm-vault-what-key = Adding a key to the repository was refused. Nothing changed.
alarm-vault-what-sheet = Replacing the recovery sheet was refused. Nothing changed.
alarm-vault-what-locks = Too many locks: further ones are refused. Remove them: restic unlock --remove-all
alarm-vault-what-server = This server’s room is used up. Nothing was deleted to make some.
alarm-vault-what-tenant = The town’s room is used up. Nothing was deleted to make some.
alarm-vault-what-disk = The vault’s disk is full. Nothing was deleted to make some.
alarm-vault-what-verdict = The server tried to judge its own backups: refused. Nothing changed.
alarm-vault-what-inspector = An inspector’s credential tried to write or delete: refused. Nothing changed.
alarm-vault-snapshot = Backup
alarm-vault-reasons = What was found
alarm-vault-credential = Credential used
alarm-vault-part = Room used
alarm-vault-damaged = Damaged files
alarm-vault-missing = Missing files
alarm-vault-healed = A damaged file was replaced by the right copy, sent again by the server.

journal-vault-repository-made = Repository made in the vault
journal-vault-credential-made = Credential for the vault made
journal-vault-credential-revoked = Credential for the vault revoked
journal-vault-sheet-printed = Recovery sheet of the vault printed
journal-vault-password-sealed = Password of the vault sealed for the town’s sheet
journal-vault-sheet-proven = Recovery sheet of the vault proven
journal-vault-password-opened = Password of the vault opened with the town’s sheet
journal-vault-backups-received = Backups received in the vault
journal-vault-backup-judged = Backup judged
journal-vault-backup-proven = Backup proven by a test restore

vault-title = Vault
vault-text = Each server’s backups, received outside the town hall. A server’s credential cannot delete them.
vault-none = This platform has no vault. Ask the operator for one: until then, keep elsewhere a backup that your network cannot erase.
vault-empty = No server sends its backups here. The operator makes a repository: beffroi vault add { $code } SERVER
vault-state-kept = Received
vault-state-clean = Received and clean
vault-state-suspect = Suspect
vault-state-bad = Ruined files
vault-state-silent = Late
vault-state-never = Never received
vault-state-damaged = Damaged
vault-state-closed = Credential revoked
vault-last = Last backup received
vault-last-value = { $when } ({ $ago })
vault-never = None so far
vault-clean = Last backup judged clean
vault-clean-value = { $when } ({ $ago })
vault-clean-none = None: all that were judged are suspect or worse
vault-clean-not = Not judged: nobody looked whether its content is sound
vault-proven = Last backup proven
vault-proven-not = Unproven: none was restored to try it
vault-proven-value = { $when } ({ $ago }): { $count ->
    [one] one file came back
   *[other] { $count } files came back
}, all compared
vault-proven-old = { $when } ({ $ago }): more than 35 days. Make another test restore: beffroi vault drill
vault-doubt = In doubt since
vault-doubt-suspect = Suspect, received { $when } ({ $ago }): look at it.
vault-doubt-bad = Ruined files, received { $when } ({ $ago }). Do not restore it.
vault-reason-turned = { $count ->
    [one] One file could be read and cannot any more.
   *[other] { $count } files could be read and cannot any more.
}
vault-reason-turned-lately = { $count ->
    [one] One file could be read and cannot any more, over the latest thirty clean backups.
   *[other] { $count } files could be read and cannot any more, over the latest thirty clean backups.
}
vault-reason-gone-for-noise = { $count ->
    [one] One readable file went where an unreadable one came.
   *[other] { $count } readable files went where unreadable ones came.
}
vault-reason-renamed = { $count ->
    [one] One file was given an unknown ending.
   *[other] { $count } files were given the same unknown ending.
}
vault-reason-gone = { $count ->
    [one] One file is gone.
   *[other] { $count } files are gone.
}
vault-reason-emptied = { $count ->
    [one] One file was emptied.
   *[other] { $count } files were emptied.
}
vault-reason-unreadable = { $count ->
    [one] One file drawn by lot is not what its name says.
   *[other] { $count } files drawn by lot are not what their names say.
}
vault-reason-missing = { $count ->
    [one] One part of a file is missing or damaged.
   *[other] { $count } parts of files are missing or damaged.
}
vault-reason-not-restored = { $count ->
    [one] One file did not come back in the test restore.
   *[other] { $count } files did not come back in the test restore.
}
vault-reason-first = Nothing to compare it with: no clean backup of the same folders.
vault-volume = Volume received
vault-volume-unusual = Unusual: far more than on other such days
vault-volume-gross = Out of proportion: as if nearly everything had changed. Look at what this server does.
vault-sheet = Recovery sheet
vault-sheet-none = None: the password is lost with the server. Print it on the server: beffroi vault init
vault-sheet-printed = Printed { $when }, unproven: copy its check code below
vault-sheet-proven = Kept: its code was copied { $when } ({ $ago })
vault-sheet-code = Check code of the sheet
vault-sheet-code-hint = It stands on the printed sheet: twelve letters and digits. It proves that somebody has the sheet in hand.
vault-sheet-prove = Prove the sheet
vault-sheet-wrong = This is not the code of that sheet. Copy it as it is printed for this server.
vault-sheet-done = The sheet is proven: it is kept.
vault-sealed = Recovery sheet of the counter
vault-sealed-yes = It opens these backups too
vault-sealed-no = Does not open these backups yet
vault-seal-with = To have the recovery sheet of the counter open the backups of a server too, type on that server:
vault-size = Room used
vault-size-value = { $used } of { $quota } ({ $part }%)
vault-part = { $part }%
vault-time-back = Time to bring everything back
vault-time-unknown = Unknown: no restore has been measured
vault-time-value = { $time }, for { $size }, at the speed of the last test restore
vault-damages = Damaged files
vault-damages-value = { $count ->
    [one] One. The operator names it: beffroi vault scrub { $code }
   *[other] { $count }. The operator names them: beffroi vault scrub { $code }
}
vault-alarms = Alarms to decide
vault-all-used = The whole town: { $used } of { $quota } ({ $part }%).
vault-without = Without a vault
vault-without-text = What is not in it will not come back from it.
vault-without-state = No backup here
vault-without-none = Each known server has its repository.
vault-promise = A backup received is not a sound backup: a server already under attack sends files already damaged. The vault cannot read them; an inspector, on another machine, can. Older backups stay.

vault-back = What would come back
vault-back-title = What would come back: { $server }
vault-back-ready = Ready to come back
vault-back-unready = Nothing sure
vault-back-clean = The backup received { $when } ({ $ago }), judged clean
vault-back-nothing = Nothing: this server has sent nothing yet
vault-back-none-clean = No backup is judged clean. Look at them one by one before you restore.
vault-back-not-judged = Nobody judged these backups. Choose one from before the attack, not simply the last.
vault-back-snapshot = Its name
vault-back-lost = What would be missing
vault-back-lost-value = Everything written since: { $time }
vault-back-newer = Newer, not judged
vault-back-newer-value = { $count ->
    [one] One backup. The inspector judges it on its next round.
   *[other] { $count } backups. The inspector judges them on its next round.
}
vault-back-type = What to type
vault-back-where = On the server, or on a sound machine with its recovery sheet. Take the first line that fits.
vault-back-judge = Have what came judged, from the inspector’s machine:
vault-back-before = Without waiting: the one from before the attack, on the server; first without touching anything, then without “--plan”:
vault-back-between = Only what was lost or changed since; first without touching anything, then without “--plan”:
vault-back-order = What each public service needs comes back in its turn if this file is on the server:
vault-back-unordered = Nothing says which folder serves which service: everything comes back in the order of names. Say so on the page of the equipment, “Folders”.
vault-back-plan = Everything, in its place; first without touching anything, then without “--plan”:
vault-back-all = Everything, beside, into a folder:
vault-back-restic = The same with plain restic:
vault-back-promise = What stands in the way is never overwritten: it is put beside. Each file is compared with what was saved. “Clean” means that an inspector found nothing, not that there is nothing.
vault-back-return = Back to the vault

vault-judge = Say what it is
vault-judge-text = You have looked at the files in doubt: your word counts above the inspector’s, and the journal keeps both.
vault-judge-verdict = This backup is
vault-judge-wrong = Choose a backup that was received, and what it is.
vault-judge-done = It is said: your word counts.
vault-verdict-none = not judged
vault-verdict-clean = clean
vault-verdict-suspect = suspect
vault-verdict-bad = ruined files

doctor-vault-none = Vault: none. Nothing here keeps the servers’ files. Write vault.folder, or keep elsewhere a backup that this network cannot erase.
doctor-vault-unknown = Vault: what was received in it cannot be read.
doctor-vault-empty = Vault: open, but no server has a repository in it: beffroi vault add CODE SERVER
doctor-vault-never = Vault: { $count ->
    [one] one server has
   *[other] { $count } servers have
} sent nothing yet: { $who }. Run restic there, then schedule it.
doctor-vault-silent = Vault: { $count ->
    [one] one server no longer sends its
   *[other] { $count } servers no longer send their
} backups: { $who }. Look there at what restic says.
doctor-vault-damaged = Vault: { $count ->
    [one] one repository has
   *[other] { $count } repositories have
} damaged files: { $who }. Name them: beffroi vault scrub
doctor-vault-bad = Vault: { $count ->
    [one] one server has
   *[other] { $count } servers have
} sent ruined files: { $who }. Page Vault, “What would come back”.
doctor-vault-suspect = Vault: { $count ->
    [one] one server has
   *[other] { $count } servers have
} a suspect backup: { $who }. Look at the files that beffroi vault inspect names, then say what they are: beffroi vault judge
doctor-vault-unjudged = Vault: nobody judges the backups of { $count ->
    [one] one server
   *[other] { $count } servers
}: { $who }. Set up an inspector on another machine: beffroi vault add --inspector
doctor-vault-unproven = Vault: { $count ->
    [one] one server has
   *[other] { $count } servers have
} had no test restore for 35 days: { $who }. Make one: beffroi vault drill
doctor-vault-trash-lost = Vault: the trash holds backups that the database knows nothing of, since it is older than their thinning: { $who }. Name them: beffroi vault trash list
doctor-vault-trash-failed = Vault: the check after a thinning found something missing: { $who }. Put everything back: beffroi vault trash undo
doctor-vault-trash-unchecked = Vault: a trash waits to be emptied: { $who }. Have the repository checked by somebody other than who proposed the thinning: beffroi vault check --tell
doctor-vault-filling = Vault: { $count ->
    [one] one repository is nearly full
   *[other] { $count } repositories are nearly full
}: { $who }. Give it room: nothing in it is ever deleted to make some.
doctor-vault-same-disk = Vault: on the same disk as the platform’s data. A lost disk would take both.
doctor-vault-ok = Vault: { $count ->
    [one] { $count } server sends its backups
   *[other] { $count } servers send their backups
} on time.

## A server's recovery sheet

recovery-brand = Beffroi’s vault
recovery-title = Recovery sheet: { $place }
recovery-lede = It opens this server’s backups when the server itself is lost.
recovery-printed = Printed on { $at }.
recovery-keep-title = Lock it away, far from the server
recovery-keep = Whoever holds this sheet can read all of the server’s backups. Do not photograph it, do not copy it. Delete the file it comes from. Without it and without the server, nobody can read anything: neither you nor the operator.
recovery-password = Password of the repository
recovery-password-how = With restic, type it exactly so: upper case and hyphens included. It has no letter O, no letter I and no letter L.
recovery-address = Address of the repository, with its credential
recovery-address-how = If the credential was revoked, the operator gives another one; the password does not change.
recovery-square = Square to scan for the address
recovery-code = Check code
recovery-code-how = Copy it into the console today, page Vault: until somebody has, the sheet counts as lost. Or, on the platform:
recovery-restore = Bring everything back, with restic alone
recovery-restore-1 = Take a sound computer and install restic on it.
recovery-restore-2 = Write the address into a file ‘address’, the password into a file ‘password’.
recovery-restore-3 = Type, with the backup you chose in place of ID:
recovery-choose = Take a backup from before the attack, not simply the latest. Where Beffroi is installed, ‘beffroi vault restore’ brings the same files back and keeps beside what stands in the way.
recovery-gone = If the platform is gone but its disk is there
recovery-gone-how = The repository lies there as restic itself lays one out. Adapt the folder:
recovery-kept-where = Kept at (place)
recovery-kept-by = By (name, signature)
