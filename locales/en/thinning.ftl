### Thinning the vault: old backups taken out, with two consents, and a way to put them back.

alarm-kind-vault_thinning = Backups are taken out of the vault, or are about to be
alarm-thinning-step = How far the thinning has come
alarm-thinning-step-proposed = Proposed. Nothing goes without two consents.
alarm-thinning-step-half = One consent of two is given.
alarm-thinning-step-agreed = Both consents are given. Time runs: it can still be called off.
alarm-thinning-step-cancelled = Called off. Nothing was moved.
alarm-thinning-step-begun = The backups go to the trash. Everything can be put back.
alarm-thinning-step-undone = Everything is put back.
alarm-thinning-step-emptied = The trash is emptied: these backups are gone.
alarm-vault-what-thinning = A thinning was refused: that credential is no keeper’s. Nothing was taken out.
alarm-vault-what-check = A check was refused: a server’s credential does not say whether its backups are whole.
alarm-vault-what-keeper = Sending or deleting was refused: a keeper sends index objects alone.

journal-vault-thinning-proposed = Thinning of the vault proposed
journal-vault-thinning-agreed = Consent given to a thinning of the vault
journal-vault-thinning-cancelled = Thinning of the vault called off
journal-vault-thinning-begun = Thinning of the vault begun
journal-vault-thinning-trashed = Backups moved to the vault’s trash
journal-vault-thinning-undone = Putting back from the vault’s trash asked for
journal-vault-thinning-restored = Backups put back from the vault’s trash
journal-vault-trash-emptying = Emptying of the vault’s trash begun
journal-vault-trash-emptied = Vault’s trash emptied
journal-vault-checked = Repository of the vault checked
journal-vault-quota-set = Quota of the town in the vault changed

thinning-title = Thinning the vault
thinning-link = Thin the vault: consents and trash
thinning-back = Back to the vault
thinning-text = Thinning takes out old backups and what no other uses any more. A server cannot ask for it itself.
thinning-rule-two = Two consents: the town’s management’s and the operator’s. An account made, changed or promoted less than 14 days ago cannot give one.
thinning-rule-wait = After the second consent, some time passes ({ $wait }): each may still call it off.
thinning-rule-trash = What is taken out lies in a trash for { $grace } at least, and can be put back. It is emptied only after somebody else has checked the repository.
thinning-rule-keep = These never go: what is younger than { $days } days, the newest clean backups ({ $newest }), the first of each week ({ $weeks } weeks) and of each month ({ $months } months).
thinning-none = No thinning is proposed.
thinning-none-how = The keeper, on another computer than the guarded server, proposes one: beffroi vault thin --propose
thinning-due = { $count ->
    [one] One backup is
   *[other] { $count } backups are
} due for thinning: { $server }. Nothing goes by itself.
thinning-step-proposed = Proposed
thinning-step-agreed = Agreed
thinning-step-moving = Under way
thinning-step-trashed = In the trash
thinning-step-undoing = Being put back
thinning-step-undone = Put back
thinning-step-emptying = Being emptied
thinning-step-emptied = Gone
thinning-step-cancelled = Called off
thinning-drops = Backups to be taken out
thinning-drops-value = { $count ->
    [0] None: only what no backup uses any more
    [one] One, received { $first }
   *[other] { $count }, received between { $first } and { $last }
}
thinning-frees = Room given back
thinning-plan = Fingerprint of the plan
thinning-proposed-at = Proposed
thinning-by-tenant = The town’s consent
thinning-by-operator = The operator’s consent
thinning-awaited = Awaited
thinning-given = Given
thinning-given-by = Given by { $name }
thinning-due-at = May be done from
thinning-moved-at = In the trash since
thinning-kept = The trash waits for
thinning-kept-grace = The end of its grace: { $until }
thinning-kept-unchecked = A check by another keeper or an inspector: beffroi vault check --tell
thinning-kept-failed = A check that passes: the last one found something missing. Put everything back.
thinning-over-at = Over
thinning-agree = Give my consent
thinning-agree-text = You accept that these backups go. Call the other person first.
thinning-cancel = Call this thinning off
thinning-undo = Put everything back
thinning-undo-text = The backups that were taken out are back within a minute.
thinning-older = Thinnings that are over
thinning-no-role = Your account cannot give this consent: it takes this town’s management, or the operator.
thinning-no-young = Your account was made, promoted, or got another way in less than 14 days ago. It can give its consent from: { $until }.
thinning-no-already = This consent is given already. The other party’s is missing.
thinning-no-same = The same person cannot give both consents.
thinning-changed = This plan no longer waits for consent, or is not the one that you read. Read the page again.
thinning-done-agreed = Consent given.
thinning-done-cancelled = Thinning called off. Nothing was moved.
thinning-done-undone = Putting back is asked for: it is done within a minute.
