### Qui l’on réveille, et comment.
### Écrire avec la barre d’espace : les espaces insécables sont posées par le programme.

## Les messages : courts, une seule page de texto

oncall-title = Alarme : { $town }
oncall-title-test = TEST : { $town }
oncall-mark-test = TEST
oncall-mark-simulated = SIMULATION
oncall-text = { $town } : { $what }. Répondez : { $link } ou code { $code }
oncall-text-short = { $town } : { $what }. Répondez : { $link }
oncall-what = { $kind } ({ $when })
oncall-what-gap = plateforme muette de { $from } à { $to }
oncall-what-weekly = essai de l’astreinte
oncall-what-single = essai demandé pour vous
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
