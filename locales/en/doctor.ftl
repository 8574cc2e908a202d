### What is wrong with this installation, and how to mend it.

menu-doctor = State of the platform
doctor-title = State of the platform
doctor-text = What the platform found when it examined itself, the worst first. For the newest, type ‘beffroi doctor’.
doctor-age = Examined on { $at }, { $ago }.
doctor-not-yet = The platform has not examined itself yet: it does so when it starts, then every ten minutes.
doctor-page-stale = This examination is old: is the platform running well? Type ‘beffroi doctor’ on its server.

severity-broken = To mend
severity-risky = Risky
severity-cannot_tell = Cannot be told
severity-ok = In order

size-kilobytes = { $number }{"\u00A0"}kB
size-megabytes = { $number }{"\u00A0"}MB
size-gigabytes = { $number }{"\u00A0"}GB

## The machine

doctor-clock-ok = Clock: it follows the network’s time.
doctor-clock-backwards = Clock: it is behind the journal, whose newest line is of { $newest }. Set it right before anything else.
doctor-clock-differs = Clock: { $count ->
    [one] one guard is { $lasting } away from it
   *[other] { $count } guards are up to { $lasting } away from it
}: { $who }. Check the time on both sides.
doctor-clock-alone = Clock: it follows no other. Type: timedatectl set-ntp true
doctor-clock-unknown = Clock: this system does not say whether it follows another. Compare it with a watch; install systemd-timesyncd or chrony.

doctor-disk-unknown = Disk of { $folder }: the room left cannot be told.
doctor-disk-full = Disk of { $folder }: full, { $free } left. Make room now.
doctor-disk-short = Disk of { $folder }: soon full, { $free } left. Enlarge it or make room.
doctor-disk-ok = Disk of { $folder }: { $free } left.
doctor-disk-names = Disk of { $folder }: it can take only { $count } more files. Delete some.
doctor-disk-network = Folder { $folder }: it is on another machine, where the database may be damaged. Move it to a disk of this one.

doctor-database-closed = Database: it does not open ({ $why }). If it is lost, see docs/guide/restore.md.
doctor-database-unknown = Database: PostgreSQL does not look through itself on request. Run pg_amcheck now and then.
doctor-database-ok = Database: it opens and reads without a fault.
doctor-database-damaged = Database: damaged ({ $why }). Stop the platform, keep a copy of the folder, restore the newest backup.
doctor-journal-ok = Journal: { $count ->
    [one] { $count } verified
   *[other] { $count } verified
} of { $all }, nothing altered.
doctor-journal-none = Journal: none to verify.
doctor-journal-broken = Journal: { $count ->
    [one] one was altered
   *[other] { $count } were altered
}: { $who }. Keep a copy of everything and call your CSIRT.
doctor-journal-rolled-back = Journal: a guard knows of entries that are no longer there, for { $who }. After a restoration this is as it should be, and the entry ‘platform_restored’ explains it; else somebody took them out.

doctor-key-unknown = Master key: its permissions cannot be read. Run again as the owner of the folder.
doctor-key-open = Master key: others than its owner can read it ({ $mode }). Type: chmod 600 master.key
doctor-key-ok = Master key: readable by its owner alone.
doctor-key-beside = Master key: an unsealed copy lies with the backups ({ $file }). Delete it there.

## What keeps the platform going

doctor-certificate-unreadable = Certificate { $file }: cannot be read. Put a good one there.
doctor-certificate-past = Certificate { $file }: it ended on { $ended }. Renew it now.
doctor-certificate-soon = Certificate { $file }: it ends in { $count ->
    [one] { $count } day
   *[other] { $count } days
}. Renew it.
doctor-certificate-ok = Certificate { $file }: { $count ->
    [one] { $count } day
   *[other] { $count } days
} left.
doctor-door-clear = Public address: in the clear, anybody on the way can read the codes. Give a certificate (doors.certificate, doors.key) and an address with https.
doctor-door-ok = Public address: encrypted.
doctor-door-loopback = Public address: only this machine can reach it. Give doors.listen and a certificate, or name the proxy in doors.tls_proxies.

doctor-backup-failing = Backup: it has been failing since { $since } ({ $why }). Mend that: it goes on by itself.
doctor-backup-none = Backup of the platform: none is planned. Type ‘beffroi backup key’, then write [backup] folder, recipient and every_hours = 24.
doctor-backup-never = Backup of the platform: none has succeeded yet. Type ‘beffroi backup’ to see why.
doctor-backup-old = Backup: the newest is { $age } old. Type ‘beffroi backup’ now.
doctor-backup-ok = Backup: the newest is { $age } old.
doctor-backup-by-hand = Backup: by hand only. Write backup.every_hours = 24.
doctor-backup-unsealed = Backup { $file }: not sealed, whoever reads it has every secret. Seal with backup.recipient and destroy it.
doctor-backup-copy-failing = Copy of the backup: it has been failing since { $since } ({ $why }). Mend that: it goes on by itself.
doctor-backup-copied = Copy of the backup: it goes to { $to }.
doctor-backup-not-copied = Copy of the backup: nothing has reached { $to } yet.
doctor-backup-same-disk = Backups: on the same disk as the data, one fire takes both. Write backup.push.
doctor-backup-other-disk = Backups: on another disk, but in the same machine. Write backup.push to another one.
doctor-backup-disk-unknown = Backups: whether they leave this machine cannot be told. Write backup.push.
doctor-rehearsal-never = Restoration: never tried. Type: beffroi backup check FILE --identity KEY
doctor-rehearsal-old = Restoration: tried { $age } ago. Do it again: beffroi backup check FILE --identity KEY
doctor-rehearsal-ok = Restoration: tried with success { $age } ago.
doctor-mirror-none = Copy of the public pages: none. If this machine falls, residents see nothing any more. Write [mirror].
doctor-mirror-failing = Copy of the public pages: it has been failing since { $since } ({ $why }). Mend that: it goes on by itself.
doctor-mirror-never = Copy of the public pages: none has succeeded yet. Start the platform, or type ‘beffroi mirror push’.
doctor-mirror-old = Copy of the public pages: it is { $age } old, instead of an hour at most. Is the platform running?
doctor-mirror-ok = Copy of the public pages: up to date, { $age } old.

## Who would act

doctor-accounts-unknown = Accounts: they cannot be read.
doctor-towns-none = No town yet. Add one: beffroi tenant add 59273
doctor-accounts-nobody = Accounts: nobody could cut or publish for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Add a person and print the codes.
doctor-accounts-alone = Accounts: one person alone could act for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Add a second one (director or technician) with codes.
doctor-accounts-ok = Accounts: at least two people can act { $count ->
    [one] for the town
   *[other] for each of the { $count } towns
}.
doctor-oncall-unknown = On call: whether anybody would be called tonight cannot be told. Check the list.
doctor-oncall-ok = On call: somebody can be called for each town.
doctor-oncall-nobody = On call: nobody would be called for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Put somebody on the list.
doctor-oncall-test = On call: nobody answered the last weekly test for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Try again: beffroi oncall test CODE
doctor-beat-none = Beat outward: none. If this platform dies, nobody elsewhere will know: fill in [beat] url.
doctor-beat-failing = Beat outward: it has been failing since { $since } ({ $why }). Mend that: it goes on by itself.
doctor-beat-ok = Beat outward: heard.
doctor-envelope-unknown = Envelopes: whether they are printed cannot be told. Open one and check.
doctor-envelope-missing = Envelopes: none is printed for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Print it: beffroi staff kit CODE
doctor-envelope-stale = Envelopes: out of date for { $count ->
    [one] one town
   *[other] { $count } towns
}: { $who }. Print them anew: beffroi staff kit CODE
doctor-envelope-ok = Envelopes: printed and up to date.
doctor-outbox-unknown = Waiting work: it cannot be read.
doctor-outbox-ok = Waiting work: none was given up.
doctor-outbox-given-up = { $count ->
    [one] One message or cut was given up
   *[other] { $count } messages or cuts were given up
} after many tries. See the program’s log and do it by hand.
doctor-guards-unknown = Guards: they cannot be read.
doctor-guards-silent = Guards: { $count ->
    [one] one does not answer
   *[other] { $count } do not answer
}: { $who }. Go and look at the server, or revoke the guard if it is no more.
doctor-guards-observe = Guards: { $count ->
    [one] one only observes
   *[other] { $count } only observe
} and will stop nothing: { $who }. Start with --mode protect.
doctor-guards-level = Guards: { $count ->
    [one] one sees
   *[other] { $count } see
} changes only after the fact: { $who }. Run it as root on a recent kernel.
doctor-guards-gap = Guards: { $count ->
    [one] one server is not watched any more
   *[other] { $count } servers are not watched any more
}, the guard was revoked: { $who }. Enrol a new one.
doctor-guards-none = Guards: none. The file servers are not watched: beffroi guard invite CODE
doctor-guards-ok = Guards: { $count ->
    [one] { $count } answers and protects
   *[other] { $count } answer and protect
}.

## Where this machine stands

doctor-joined-unknown = Directory: whether this machine depends on one cannot be told.
doctor-joined-not = Directory: nothing says that this machine is joined to one.
doctor-joined = Directory: this machine looks joined to a directory of accounts ({ $signs }). Whoever holds the directory holds it: take it out.
doctor-hypervisor-unknown = Hypervisor: whether this machine is virtual cannot be told.
doctor-hypervisor-not = Hypervisor: this machine looks real.
doctor-hypervisor-same = Hypervisor: this machine runs on { $product }, like { $name } among your assets. If it is the same, it falls with the town hall: move it.
doctor-hypervisor-some = Hypervisor: this machine is virtual ({ $product }). Make sure that it is not within the town hall’s walls.
doctor-name-none = Public name: none. Write doors.public_url, what residents type.
doctor-name-nowhere = Public name: { $url } leads nowhere from here. Check the name with whoever hosts your names.
doctor-name-private = Public name: { $url } leads to a private address ({ $address }), which residents cannot reach from home.
doctor-name-ok = Public name: { $url } leads to a public address.
doctor-resolver-unknown = Name servers: which ones are asked cannot be read.
doctor-resolver-private = Name servers: this machine asks a private one ({ $address }). If that is the town hall’s, it goes deaf with it: take one outside.
doctor-resolver-here = Name servers: this machine itself. Check whom it asks in turn.
doctor-resolver-ok = Name servers: outside ones.

## On pages copied elsewhere

page-copy = Spare copy: it says what was true at that moment. More than two hours ago? Ask before you come.
