### Qui l’on réveille, et comment.
### Écrire avec la barre d’espace : les espaces insécables sont posées par le programme.

## Les messages : courts, une seule page de texto

ring-title = Alarme : { $town }
ring-title-test = TEST : { $town }
ring-mark-test = TEST
ring-mark-simulated = SIMULATION
ring-text = { $town } : { $what }. Répondez : { $link } ou code { $code }
ring-text-short = { $town } : { $what }. Répondez : { $link }
ring-what = { $kind } ({ $when })
ring-what-gap = plateforme muette de { $from } à { $to }
ring-what-weekly = essai de l’astreinte
ring-what-single = essai demandé pour vous
journal-by-contact = Une personne d’astreinte

## Quand l’on veille

oncall-hours = de { $from } à { $to }
oncall-hours-all = toute la journée
oncall-days = du { $from } au { $to }
oncall-days-all = tous les jours
oncall-span = { $days }, { $hours }
oncall-always = toujours
oncall-holidays-on = jours fériés compris, toute la journée
oncall-holidays-off = sauf les jours fériés

## Les appels, en clair

rung-weekly = Essai hebdomadaire
rung-simulated = { $what } (simulé)
rung-single = Essai demandé pour une personne
rung-by-operator = L’astreinte de l’opérateur
rung-by-former = Une personne qui n’est plus sur la liste
rung-answered = { $name } a répondu ({ $when })
rung-nobody = Personne n’a été joint
rung-quiet = Attend la fin des heures calmes
rung-ringing = On appelle { $name } ({ $when })
rung-waiting = Message remis pour { $name } ({ $when }), pas encore de réponse
rung-try = { $name }, par « { $channel } »
rung-try-pending = En cours d’envoi
rung-try-receipt = Pris par la passerelle ({ $when })
rung-failure-unknown_channel = Échec : ce canal n’existe plus
rung-failure-bad_address = Échec : l’adresse ne convient plus au canal
rung-failure-unreachable = Échec : passerelle injoignable
rung-failure-tls = Échec : certificat de la passerelle refusé
rung-failure-timed_out = Échec : passerelle trop lente
rung-failure-redirected = Échec : la passerelle renvoie ailleurs
rung-failure-refused = Échec : la passerelle a refusé
rung-failure-said_error = Échec : la passerelle a répondu par une erreur
rung-failure-broken = Échec : message impossible à envoyer
rung-failure-way_removed = Échec : moyen retiré de la liste entre-temps
rung-failure-no_longer_needed = Pas envoyé : quelqu’un avait déjà répondu
rung-failure-other = Échec : { $code }

## Répondre à un appel

answer-ring = Alarme : on vous appelle
answer-ring-text = Appuyez pour dire que vous vous en occupez. Sinon, la personne suivante est appelée.
answer-test = Essai : répondez
answer-test-text = C’est un essai. Appuyez pour montrer que le message vous est parvenu.
answer-go = Je m’en occupe
answer-taken = C’est noté : c’est à vous
answer-taken-text = Plus personne n’est appelé. Si vous ne pouvez plus vous en occuper, appelez une autre personne de la liste.
answer-yours = C’est déjà à vous
answer-somebody = Quelqu’un s’en occupe déjà
answer-somebody-text = Vous n’avez rien à faire, sauf si cette personne vous appelle.
answer-over = Cet appel est terminé
answer-over-text = Vous n’avez rien à faire.
answer-town = Collectivité
answer-what = Ce qui se passe
answer-since = Depuis
answer-state = Où en est l’appel
answer-console = Ouvrir la console et décider
answer-field-title = Répondre à un appel
answer-field-text = Écrivez le code du message, ou celui qu’on vous a lu.
answer-code = Code du message
answer-code-hint = 15 lettres et chiffres. Majuscules, espaces et tirets n’importent pas.
answer-code-go = Continuer
answer-code-shape = Il manque des signes à ce code, ou il y en a trop : 15 en tout
answer-code-check = Un signe de ce code est mal recopié : comparez avec le message
answer-code-unknown = Ce code n’ouvre rien : comparez avec le message, ou prenez le plus récent
answer-other-code = Écrire un autre code
answer-broken = Votre réponse n’a pas pu être prise
answer-broken-text = Recommencez dans un instant. Si cela dure, appelez la personne qui exploite la plateforme : l’appel continue.

## La console : l’astreinte

menu-oncall = Astreinte
oncall-title = Astreinte
oncall-now = D’astreinte maintenant : { $names }
oncall-now-nobody = Personne n’est d’astreinte
oncall-now-operator = Personne d’ici n’est d’astreinte maintenant : l’opérateur serait appelé
oncall-now-everybody = Personne n’est d’astreinte à cette heure : tout le monde serait appelé
oncall-fill = Remplir la liste d’astreinte
oncall-list = Qui l’on appelle, dans cet ordre
oncall-list-empty = La liste est vide : ajoutez au moins deux personnes.
oncall-operators = { $count ->
    [one] Puis une personne de l’opérateur est appelée.
   *[other] Puis { $count } personnes de l’opérateur sont appelées.
}
oncall-to-watch = Écran de veille, à laisser ouvert à l’accueil
oncall-state-on = D’astreinte
oncall-state-off = Pas à cette heure
oncall-state-paused = En pause
oncall-add-title = Ajouter une personne
oncall-add = Ajouter à la liste
oncall-name = Nom
oncall-name-hint = Gardé chiffré ; jamais dans les messages
oncall-name-missing = Écrivez un nom
oncall-way-1 = Premier moyen de l’appeler
oncall-way-2 = Deuxième moyen, si le premier échoue
oncall-way-3 = Troisième moyen
oncall-way-none = Aucun
oncall-way-missing = Choisissez au moins un moyen
oncall-way-choose = Choisissez le moyen de cette adresse
oncall-way-unknown = Ce moyen n’existe plus dans la configuration : choisissez-en un autre
oncall-to = Numéro ou adresse
oncall-to-hint = Hors du réseau de la mairie : un mobile, une messagerie personnelle
oncall-number-wrong = Écrivez le numéro avec son pays : +33 6 12 34 56 78
oncall-mail-wrong = Écrivez une adresse comme nom@exemple.fr
oncall-topic-wrong = Écrivez 1 à 64 lettres sans accent, chiffres, tirets
oncall-label-wrong = Écrivez un nom de 1 à 100 signes
oncall-address-number = numéro de téléphone
oncall-address-mail = adresse de courriel
oncall-address-topic = sujet
oncall-address-label = nom
oncall-ways = Moyens
oncall-watch = Heures d’astreinte
oncall-watch-hint = Rien : toujours. Sinon : lun-ven 18h-8h ; sam-dim
oncall-watch-wrong = Écrivez comme : lun-ven 18h-8h ; sam-dim
oncall-holidays = Les jours fériés
oncall-holidays-hint = De France métropolitaine ; sans les deux jours d’Alsace-Moselle ni ceux d’outre-mer
oncall-on-holidays-as_days = Comme un jour ordinaire
oncall-on-holidays-on = D’astreinte toute la journée
oncall-on-holidays-off = Pas d’astreinte
oncall-quiet = Heures calmes
oncall-quiet-hint = Par exemple 22h-7h. Les alarmes moins graves attendent ; une attaque, jamais.
oncall-quiet-wrong = Écrivez deux heures, comme 22h-7h
oncall-minutes = Minutes pour répondre, avant la personne suivante
oncall-minutes-value = { $count ->
    [one] une minute
   *[other] { $count } minutes
}
oncall-minutes-wrong = Écrivez un nombre de 1 à 60
oncall-lang = Langue des messages
oncall-lang-fr = Français
oncall-lang-en = Anglais
oncall-operator-name = Opérateur
oncall-operator-hint = Réservé à l’opérateur
oncall-for-operator = Appelée pour toutes les collectivités, après leur propre liste
oncall-change = Modifier
oncall-move = Changer sa place
oncall-place = Place dans la liste
oncall-place-hint = 1 : appelée en premier
oncall-move-go = Déplacer
oncall-pause = Mettre en pause
oncall-pause-text = Cette personne n’est plus appelée, même pour une attaque, jusqu’à sa reprise.
oncall-resume = Reprendre
oncall-resume-text = Cette personne est de nouveau appelée.
oncall-remove = Retirer de la liste
oncall-remove-text = Son nom et ses adresses sont effacés.
oncall-back = Revenir à l’astreinte
oncall-test-one = L’appeler maintenant, pour essai
oncall-test-text = Un message marqué TEST part par chacun de ses moyens. Elle y répond par le lien ou le code.
oncall-test-list = Essayer toute la liste maintenant
oncall-weekly-title = Essai hebdomadaire
oncall-weekly = Chaque { $day } à { $time }, un message marqué TEST demande une réponse.
oncall-weekly-off = L’essai est arrêté : « { $reason } »
oncall-tested-never = Aucun essai n’a encore eu lieu
oncall-tested-well = Dernier essai, { $when } : quelqu’un a répondu
oncall-tested-now = Essai en cours depuis { $when }
oncall-tested-nobody = Dernier essai, { $when } : personne n’a répondu
oncall-week-change = Déplacer ou arrêter l’essai
oncall-week-day = Jour
oncall-week-hour = Heure
oncall-week-hour-hint = Par exemple 10:00
oncall-hour-wrong = Écrivez une heure, comme 10:00
oncall-week-off = Arrêter l’essai
oncall-week-reason = Pourquoi l’arrêter
oncall-week-reason-hint = Sans essai, une liste se périme sans qu’on le sache
oncall-week-reason-missing = Dites pourquoi l’essai est arrêté
oncall-asks-code = Un second code sera demandé.
oncall-calls = Appels
oncall-calls-none = Personne n’a encore été appelé.
todo-oncall-own = La liste d’astreinte de la collectivité est vide : seul l’opérateur serait appelé
todo-oncall-test = Personne n’a répondu au dernier essai d’astreinte
alarm-calls = Qui a été appelé

call-since = Depuis
call-opened = Appel lancé
call-order = Ordre des personnes
call-rounds = Tours de liste
call-rounds-value = { $count }
call-answer-over = Personne n’a encore répondu
call-answer-text = Répondre arrête la sonnerie pour tout le monde, en votre nom.
call-chain = Les messages, dans l’ordre
call-chain-none = Aucun message n’est encore parti.
call-receipt-text = « Pris par la passerelle » veut dire que le message est parti, non que la personne l’a lu.
call-alarms = Alarmes de cet appel

watch-title = Écran de veille
watch-calm = Aucun appel en attente
watch-ringing = Une alarme attend une réponse
watch-lost = La plateforme ne répond plus à cet écran
watch-mute = Le son est coupé.
watch-no-script = Sans script, cet écran se recharge toutes les 15 secondes, sans son.
watch-sound = Activer le son
watch-sound-on = Le son est activé
watch-heard = Dernières nouvelles :
watch-text = Laissez cet écran ouvert, son activé. Il sonne jusqu’à ce que quelqu’un réponde, et aussi s’il n’entend plus la plateforme. La session dure 12 heures au plus.
watch-all = Voir toutes les collectivités
watch-own = Voir cette collectivité seule

done-contact = La liste d’astreinte est enregistrée.
done-week = L’essai hebdomadaire est enregistré.
done-test = L’essai est lancé. Voyez ci-dessous où il en est.
done-answered = C’est noté : c’est à vous. La sonnerie s’arrête.
done-somebody = Quelqu’un avait déjà répondu.

journal-call-acknowledged = Appel : quelqu’un a répondu
journal-call-ended = Appel terminé : rien de grave
journal-call-escalated = Appel : personne suivante
journal-call-failed = Appel : message en échec
journal-call-graver = Appel : plus grave, on rappelle
journal-call-joined = Alarme jointe à un appel
journal-call-nobody-reached = Appel : personne n’a été joint
journal-call-opened = Appel lancé
journal-call-receipt = Appel : message pris par la passerelle
journal-call-rung = Appel : message demandé
journal-call-started-over = Appel : la liste est reprise
journal-call-test-asked = Essai d’astreinte demandé
journal-contact-added = Astreinte : personne ajoutée
journal-contact-changed = Astreinte : personne modifiée
journal-contact-moved = Astreinte : ordre changé
journal-contact-paused = Astreinte : personne en pause
journal-contact-removed = Astreinte : personne retirée
journal-contact-resumed = Astreinte : personne de retour
journal-weekly-test-set = Essai hebdomadaire changé
