### The rule of cutting: what is cut when nobody is there to decide.

rule-title = Rule of cutting
rule-line = At night, two guards that see an attack may cut what you signed.
rule-text = At night an attack is faster than telephone calls. You can sign beforehand what is cut when nobody has decided.
rule-text-1 = Two guards on two servers must see an attack. One alone cuts nothing but its own server.
rule-text-2 = One piece of equipment at a time. As soon as a person decides on one of the two alarms, the rule stops.
rule-text-3 = Each cut is written in the logbook. A person can lift it.
rule-none = No rule: only people cut
rule-signed = Signed, in force
rule-since = Since { $at }.
rule-pause-line = { $count ->
    [one] One minute between two cuts, in this order:
   *[other] { $count } minutes between two cuts, in this order:
}
rule-cut-at = Last cut by the rule: { $at }.
rule-next-at = Next cut if nobody decides: { $at }.
rule-nothing = None of your equipment can be cut without a hand. Say first how to cut it: by a guard or by a prepared command.
rule-nothing-go = See the equipment
rule-sign-title = Sign a rule
rule-change = Sign another rule in its place
rule-assets = What is to be cut?
rule-assets-hint = Tick what protects the rest when it stops; services that depend on it go to their fallback
rule-first = First
rule-first-hint = The others follow in the order of the list
rule-first-any = In the order of the list
rule-pause = Time between two cuts
rule-pause-hint = Leaves whoever is on call a chance to decide
rule-minutes = { $count ->
    [one] One minute
   *[other] { $count } minutes
}
rule-sign = Sign the rule
rule-withdraw-title = Withdraw the rule
rule-withdraw = Withdraw: only people cut
rule-who = Only the direction signs or withdraws the rule.
rule-names-none = Tick at least one piece of equipment.
rule-first-unnamed = Tick the equipment that is to be cut first, too.
rule-pause-none = Choose the time between two cuts.

journal-cut-rule-signed = Rule of cutting signed
journal-cut-rule-withdrawn = Rule of cutting withdrawn
journal-cut-by-rule = Cut by the signed rule
