### L’élagage du coffre : retirer des sauvegardes anciennes, avec deux accords, et pouvoir les remettre.

alarm-kind-vault_thinning = Des sauvegardes du coffre sont retirées, ou vont l’être
alarm-thinning-step = Où en est l’élagage
alarm-thinning-step-proposed = Proposé. Rien ne part sans deux accords.
alarm-thinning-step-half = Un accord sur deux est donné.
alarm-thinning-step-agreed = Les deux accords sont donnés. Un délai court : on peut encore l’abandonner.
alarm-thinning-step-cancelled = Abandonné. Rien n’a bougé.
alarm-thinning-step-begun = Les sauvegardes vont à la corbeille. On peut tout remettre en place.
alarm-thinning-step-undone = Tout est remis en place.
alarm-thinning-step-emptied = La corbeille est vidée : ces sauvegardes n’existent plus.
alarm-vault-what-thinning = Demande d’élagage refusée : cet accès n’est pas celui d’un conservateur. Rien n’a été retiré.
alarm-vault-what-check = Contrôle refusé : l’accès d’un serveur ne dit pas si ses sauvegardes sont entières.
alarm-vault-what-keeper = Envoi ou effacement refusé : un conservateur n’envoie que des index.

journal-vault-thinning-proposed = Élagage du coffre proposé
journal-vault-thinning-agreed = Accord donné à un élagage du coffre
journal-vault-thinning-cancelled = Élagage du coffre abandonné
journal-vault-thinning-begun = Élagage du coffre commencé
journal-vault-thinning-trashed = Sauvegardes mises à la corbeille du coffre
journal-vault-thinning-undone = Remise en place demandée depuis la corbeille du coffre
journal-vault-thinning-restored = Sauvegardes remises en place depuis la corbeille du coffre
journal-vault-trash-emptying = Vidage de la corbeille du coffre commencé
journal-vault-trash-emptied = Corbeille du coffre vidée
journal-vault-checked = Dépôt du coffre contrôlé
journal-vault-quota-set = Place de la collectivité dans le coffre changée

thinning-title = Élagage du coffre
thinning-link = Élaguer le coffre : accords et corbeille
thinning-back = Revenir au coffre
thinning-text = Élaguer, c’est retirer d’anciennes sauvegardes et ce que plus aucune autre n’emploie. Un serveur ne peut pas le demander pour lui-même.
thinning-rule-two = Deux accords : celui de la direction de la collectivité et celui de l’opérateur. Un compte créé, changé ou promu depuis moins de 14 jours ne peut pas donner le sien.
thinning-rule-wait = Après le second accord, un délai ({ $wait }) : chacun peut encore abandonner.
thinning-rule-trash = Ce qui est retiré va dans une corbeille pour { $grace } au moins, et peut être remis en place. Elle n’est vidée qu’après un contrôle fait par quelqu’un d’autre.
thinning-rule-keep = Ne partent jamais : ce qui a moins de { $days } jours, les dernières sauvegardes saines ({ $newest }), la première de chaque semaine ({ $weeks } semaines) et de chaque mois ({ $months } mois).
thinning-none = Aucun élagage n’est proposé.
thinning-none-how = Le conservateur, sur un autre ordinateur que le serveur gardé, en propose un : beffroi vault thin --propose
thinning-due = { $count ->
    [one] Une sauvegarde est
   *[other] { $count } sauvegardes sont
} à élaguer : { $server }. Rien ne part tout seul.
thinning-step-proposed = Proposé
thinning-step-agreed = Accordé
thinning-step-moving = En cours
thinning-step-trashed = Dans la corbeille
thinning-step-undoing = Remise en place
thinning-step-undone = Remis en place
thinning-step-emptying = Vidage en cours
thinning-step-emptied = Effacé
thinning-step-cancelled = Abandonné
thinning-drops = Sauvegardes à retirer
thinning-drops-value = { $count ->
    [0] Aucune : seulement ce que plus aucune n’emploie
    [one] Une, reçue { $first }
   *[other] { $count }, reçues entre { $first } et { $last }
}
thinning-frees = Place rendue
thinning-plan = Empreinte du plan
thinning-proposed-at = Proposé
thinning-by-tenant = Accord de la collectivité
thinning-by-operator = Accord de l’opérateur
thinning-awaited = Attendu
thinning-given = Donné
thinning-given-by = Donné par { $name }
thinning-due-at = Peut être fait à partir de
thinning-moved-at = Dans la corbeille depuis
thinning-kept = La corbeille attend
thinning-kept-grace = La fin de son délai : { $until }
thinning-kept-unchecked = Un contrôle par un autre conservateur ou un inspecteur : beffroi vault check --tell
thinning-kept-failed = Un contrôle réussi : le dernier a trouvé un manque. Remettez tout en place.
thinning-over-at = Terminé
thinning-agree = Donner mon accord
thinning-agree-text = Vous acceptez que ces sauvegardes partent. Appelez l’autre personne avant.
thinning-cancel = Abandonner cet élagage
thinning-undo = Tout remettre en place
thinning-undo-text = Les sauvegardes retirées reviennent en moins d’une minute.
thinning-older = Élagages terminés
thinning-no-role = Votre compte ne peut pas donner cet accord : il faut la direction de cette collectivité, ou l’opérateur.
thinning-no-young = Votre compte a été créé, promu, ou a changé de moyen d’entrée depuis moins de 14 jours. Il pourra donner son accord à partir de : { $until }.
thinning-no-already = Cet accord est déjà donné. Il manque celui de l’autre partie.
thinning-no-same = La même personne ne peut pas donner les deux accords.
thinning-changed = Ce plan n’attend plus d’accord, ou n’est plus celui que vous avez lu. Relisez la page.
thinning-done-agreed = Accord donné.
thinning-done-cancelled = Élagage abandonné. Rien n’a bougé.
thinning-done-undone = Remise en place demandée : elle se fait en moins d’une minute.
