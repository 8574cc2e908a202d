### La console du personnel.
### Écrire avec la barre d’espace : les espaces insécables sont posées par le programme.

## Partout

console-skip = Aller au contenu
console-menu = Menu
console-logout = Se déconnecter
console-other-language = In English
console-true-at = Situation au { $when }
console-back-today = Revenir à aujourd’hui
console-cancel = Annuler
console-change = Modifier
console-save = Enregistrer
console-none = Non renseigné
console-list-and = { $first } et { $last }

menu-today = Aujourd’hui
menu-alarms = Alarmes
menu-incidents = Incidents
menu-assets = Équipements et logiciels
menu-services = Services au public
menu-notices = Avis publics
menu-journal = Main courante
menu-people = Personnes
menu-guards = Veilleurs
menu-tenants = Collectivités

form-errors = { $count ->
    [one] Une réponse est à revoir
   *[other] { $count } réponses sont à revoir
}
form-too-long = Raccourcissez ce texte : { $max } signes au plus
form-choose = Choisissez une réponse
form-bad-moment = Écrivez la date et l’heure, par exemple 2024-04-25 11:04
form-future = Cette date est dans le futur : corrigez-la
form-number = Écrivez un nombre entier

## Ce qui n’a pas marché

problem-not-found = Page introuvable
problem-not-found-text = Cette page n’existe pas, ou n’est pas de votre collectivité. Vérifiez l’adresse, ou revenez à aujourd’hui.
problem-forbidden = Votre rôle ne le permet pas
problem-forbidden-text = Demandez à la direction de le faire, ou de changer votre rôle.
problem-method = Cette page s’ouvre autrement
problem-method-text = Revenez à la page précédente et utilisez son bouton.
problem-large = Envoi trop volumineux
problem-large-text = Un formulaire de la console pèse au plus 64 Kio. Rien n’a été enregistré : raccourcissez le texte et recommencez.
problem-forged = Demande refusée par sécurité
problem-forged-text = Ce formulaire a expiré ou vient d’un autre site. Rien n’a été enregistré : rouvrez la page et recommencez.
problem-broken = La console n’a pas pu répondre
problem-broken-text = Rien n’a été enregistré. Recommencez dans un instant ; si cela dure, prévenez la personne qui exploite la plateforme.
problem-refused = Ce n’est pas possible en l’état
problem-stale-text = Les choses ont changé entre-temps. Rouvrez la page, relisez, puis recommencez si c’est encore utile.
problem-owner-text = Cet équipement appartient à une autre collectivité : demandez-lui de le couper, ou dites qu’il est en panne.
problem-setup-text = Ce compte est déjà prêt. Pour recommencer, demandez un nouveau premier code à la direction.
problem-bad-form = Formulaire illisible
problem-bad-form-text = Rien n’a été enregistré : rouvrez la page et recommencez.

## Entrer

login-title = Entrer dans la console
login-code-title = Avec un code imprimé
login-code-text = Tout est en panne ? Un code de votre feuille suffit, même depuis un téléphone.
login-code-field = Code imprimé
login-code-hint = Lettres et chiffres en groupes de trois : ABC-DEF-… Majuscules et tirets n’importent pas.
login-phrase-title = Avec votre phrase de passe
login-tenant = Code de la collectivité
login-tenant-hint = Le code Insee de la commune (59273), ou epci:242900660, dep:44, reg:01
login-name = Votre nom
login-phrase = Phrase de passe
login-phrase-hint = Les six mots que vous avez notés
login-second = Second code
login-second-hint = Les 6 chiffres de votre téléphone, ou un code imprimé
login-enter = Entrer
login-help-title = Vous n’arrivez pas à entrer ?
login-help-1 = Chaque code imprimé ne sert qu’une fois : barrez-le après usage.
login-help-2 = Plus de code ? Une personne de la direction vous en donne de nouveaux, dans « Personnes ».
login-help-3 = Plus personne ne peut entrer ? La personne qui exploite la plateforme ajoute un compte en ligne de commande.
login-refused = Ces informations ne permettent pas d’entrer. Vérifiez chaque mot et chaque code.
login-code-refused = Ce code ne permet pas d’entrer : il est faux, a déjà servi ou a expiré. Prenez le suivant de votre feuille.
login-code-shape = Il manque des signes à ce code, ou il y en a trop : 21 en tout (24 pour une intercommunalité)
login-code-check = Un signe de ce code est mal recopié : comparez avec votre feuille
login-wait = Trop d’essais refusés. Réessayez dans { $duration }.

## Préparer son compte

setup-step-1 = Préparer votre compte : étape 1 sur 3
setup-step-2 = Préparer votre compte : étape 2 sur 3
setup-step-3 = Préparer votre compte : étape 3 sur 3
setup-phrase-title = Notez votre phrase de passe
setup-phrase-text = Ces six mots ont été tirés au sort pour vous. Ils ne seront plus jamais affichés.
setup-phrase-keep = Notez-les sur papier, à l’abri : ni courriel, ni photo.
setup-phrase-typed = Recopiez les six mots
setup-phrase-typed-hint = En regardant votre papier, pas l’écran
setup-phrase-wrong = Ces mots ne sont pas ceux de l’écran : comparez avec votre papier
setup-phrase-stale = Cette phrase a expiré : en voici une nouvelle
setup-continue = Continuer
setup-urgent-title = C’est urgent ?
setup-urgent-text = Vous pouvez agir tout de suite et finir plus tard, tant que vous restez connecté. Votre premier code ne servira plus.
setup-urgent-go = Aller à la console maintenant
setup-totp-title = Reliez votre téléphone
setup-totp-text = Ouvrez une application d’authentification et visez ce carré.
setup-totp-qr = Carré à viser avec l’application d’authentification
setup-totp-by-hand = Vous ne pouvez pas viser ? Saisissez ce secret :
setup-totp-typed = Les 6 chiffres affichés par l’application
setup-totp-typed-hint = Ils changent toutes les 30 secondes
setup-totp-wrong = Ces chiffres ne sont pas les bons : attendez les suivants
setup-totp-stale = Ce carré a expiré : visez le nouveau
setup-totp-skip = Continuer sans téléphone
setup-totp-skip-hint = Vos codes imprimés serviront de second code.
setup-codes-title = Imprimez vos dix codes
setup-codes-text = Chaque code ouvre la console une fois, seul, même si tout le reste est en panne. Ils ne seront plus jamais affichés.
setup-codes-made = Codes établis le { $when }. Ils remplacent les précédents.
setup-codes-address = Ouvrez cette adresse, même depuis un téléphone :
setup-codes-keep = Gardez cette feuille hors de la mairie et hors de votre ordinateur. Barrez chaque code utilisé.
setup-codes-go = J’ai imprimé ou noté mes codes

## Le second code

second-title = Confirmez que c’est bien vous
second-text = Cette action engage la collectivité : donnez un second code. Il vaut pour 5 minutes.
second-field = Second code
second-inline = Votre second code, pour confirmer
second-hint = Les 6 chiffres de votre téléphone, ou un code imprimé (qui ne servira plus)
second-go = Confirmer
second-wrong = Ce code n’est pas le bon, ou a déjà servi

## Aujourd’hui

today-title = Aujourd’hui
today-next = À faire maintenant
today-calm = Aucune alarme, aucun incident : les services fonctionnent comme d’habitude.
today-checking = Une machine a remarqué quelque chose. Personne n’a encore décidé.
today-disturbed = Un service au moins n’est pas comme d’habitude, sans incident déclaré.
today-incident = { $nature }, depuis { $when }. Étape : { $phase }.
today-incident-open = Voir l’incident
today-card = Carte réflexe
today-declare = Déclarer un incident
today-setup = Votre compte n’est pas prêt. Si vous vous déconnectez maintenant, vous ne pourrez plus entrer.
today-setup-kit = Votre compte n’est pas prêt. Pour revenir, il vous reste { $count ->
    [one] un seul code de l’enveloppe.
   *[other] { $count } codes de l’enveloppe.
}
today-setup-go = Préparer mon compte
today-alarms = { $count ->
    [one] Une alarme attend une décision
   *[other] { $count } alarmes attendent une décision
}
today-cuts = Coupures en attente
today-services = Services qui changent
today-services-fine = { $count ->
    [one] Le service est ouvert comme d’habitude.
   *[other] Les { $count } services sont ouverts comme d’habitude.
}
today-services-rest = { $count ->
    [0] Aucun autre service n’est comme d’habitude.
    [one] Un autre service est comme d’habitude.
   *[other] { $count } autres services sont comme d’habitude.
}
today-assets = Équipements à surveiller
today-assets-fine = { $count ->
    [one] L’équipement est en marche.
   *[other] Les { $count } équipements sont en marche.
}
today-assets-rest = { $count ->
    [0] Aucun autre équipement n’est en marche.
    [one] Un autre équipement est en marche.
   *[other] { $count } autres équipements sont en marche.
}
today-notices = Avis publics
today-notices-none = Aucun avis en cours ni en préparation.
today-notice-new = Préparer un avis
today-todos = À compléter
today-todos-none = Rien à compléter.
today-public-page = Voir la page publique
today-cut-waiting-hand = À faire et à confirmer
today-cut-waiting = Ordre envoyé, pas encore confirmé

next-alarm = Décidez de l’alarme : { $kind }
next-alarm-why = Une machine soupçonne, une personne décide : déclarer un incident, rattacher ou classer.
next-alarm-go = Voir l’alarme
next-hand-cut = Coupez à la main : { $name }
next-hand-cut-go = Voir comment, puis confirmer
next-failed-cut = La coupure a échoué : { $name }
next-failed-cut-why = Trouvez un autre moyen de couper.
next-failed-cut-go = Voir l’équipement
next-unknown = Dites ce qui marche : { $name }
next-unknown-why = { $count ->
    [one] Un équipement est d’état inconnu ; il compte comme en panne.
   *[other] { $count } équipements sont d’état inconnu ; ils comptent comme en panne.
}
next-unknown-go = Dire son état
next-publish = Publiez l’avis préparé
next-publish-why = Les habitants n’ont encore rien lu de votre part.
next-publish-go = Relire et publier
next-draft = Prévenez les habitants
next-draft-why = Un avis est prérempli avec ce que vous savez déjà.
next-draft-go = Préparer un avis
next-exposure = Dites si des données sont touchées : { $name }
next-exposure-why = { $count ->
    [one] Pour un équipement, personne n’a encore établi si des données personnelles ont été prises.
   *[other] Pour { $count } équipements, personne n’a encore établi si des données personnelles ont été prises.
}
next-exposure-go = Dire ce qui est établi
next-phase = Quand c’est vrai, passez à l’étape : { $phase }
next-phase-go = Voir l’incident
next-disturbed = Vérifiez : { $name }
next-disturbed-why = Si c’est une panne qui dure ou une attaque, déclarez un incident ; sinon corrigez l’état.
next-disturbed-go = Voir le service
next-calm = Rien à décider
next-calm-todos = Profitez du calme pour compléter la liste ci-dessous.

todo-details = { $count ->
    [one] Un service n’a ni tous ses horaires, ni son lieu, ni son numéro : { $name }
   *[other] { $count } services n’ont pas tous leurs horaires, leur lieu et leur numéro, dont { $name }
}
todo-means = { $count ->
    [one] Un équipement n’a aucun moyen de coupure : { $name }
   *[other] { $count } équipements n’ont aucun moyen de coupure, dont { $name }
}
todo-folders = { $count ->
    [one] Un serveur dont les dossiers ne sont rattachés à rien : { $name }
   *[other] { $count } serveurs dont les dossiers ne sont rattachés à rien, dont { $name }
}
todo-unmapped = { $count ->
    [one] Un service n’est relié à aucun équipement : { $name }
   *[other] { $count } services ne sont reliés à aucun équipement, dont { $name }
}
todo-exposure = { $count ->
    [one] Données pas encore connues : { $name }
   *[other] Données pas encore connues pour { $count } équipements, dont { $name }
}

## Alarmes

alarms-title = Alarmes
alarms-text = Une machine soupçonne, une personne décide. Rien n’est publié à partir d’une alarme.
alarms-open = À décider
alarms-decided = Décidées
alarms-none = Aucune alarme à décider.
alarm-simulated = Simulé
alarm-simulated-text = Des valeurs de cette alarme viennent d’un capteur joué, non de la machine.
alarm-line = { $where }, { $when }
alarm-line-files = { $where }, { $when } – { $count ->
    [one] un fichier touché
   *[other] { $count } fichiers touchés
}
alarm-line-client = { $line } – poste { $client }
alarm-where-platform = La plateforme
alarm-decide = À décider
alarm-decide-text = Dans le doute, déclarez : une déclaration se clôt, une attaque non vue s’étend.
alarm-decide-mild = Demandez à la personne concernée. Si elle ne sait pas l’expliquer, déclarez ; sinon classez.
alarm-declare = Déclarer un incident
alarm-merge = Rattacher à l’incident
alarm-merge-which = Elle fait partie d’un incident en cours
alarm-dismiss = Classer sans suite
alarm-dismiss-title = Ce n’est rien : classer sans suite
alarm-dismiss-reason = Pourquoi ce n’est rien
alarm-dismiss-hint = Par exemple : migration prévue du serveur. Gardé dans la main courante.
alarm-dismiss-missing = Dites pourquoi ce n’est rien
alarm-noticed = Ce qui a été remarqué
alarm-where = Où
alarm-first-at = Premier fait
alarm-raised-at = Alarme levée
alarm-received-at = Reçue ici
alarm-repeats = Répétée
alarm-times = { $count ->
    [one] une fois
   *[other] { $count } fois
}
alarm-files = Fichiers touchés
alarm-recoverable = Récupérables sur place
alarm-stopped = Arrêtée
alarm-stopped-at = Oui, le { $when }
alarm-not-stopped = Non
alarm-outcome-name = Ce que le veilleur a fait
alarm-client = Poste d’où cela vient
alarm-actor = Qui, d’après la machine
alarm-actor-value = Programme { $program }, processus { $pid }, utilisateur { $user }
alarm-actor-ended = Processus { $pid }, terminé depuis, utilisateur { $user }
alarm-actor-unknown = La machine ne le dit pas
alarm-failures = Essais refusés en une heure
alarm-incident = Incident
alarm-account = Compte
alarm-reasons = Pourquoi l’alarme a été levée
alarm-reason = { $what } : { $count ->
    [one] une fois
   *[other] { $count } fois
}
alarm-touched = { $count ->
    [one] Voir le fichier touché
   *[other] Voir les fichiers touchés ({ $count })
}
alarm-touched-dropped = Avec un + : laissé là par le même poste.
alarm-listed = Tous les fichiers touchés, avec auteur, heure et empreinte de l’ancien contenu (JSON Lines)
alarm-guard = Voir le veilleur
alarm-temperature = Température
alarm-temperature-value = { $degrees } °C

## Déclarer

declare-title = Déclarer un incident
declare-check-title = Vérifiez, puis déclarez
declare-nature = Que se passe-t-il ?
declare-nature-hint = « Cause inconnue » convient : vous pourrez préciser plus tard.
declare-since = Depuis quand ?
declare-since-hint = Prérempli : corrigez si vous savez mieux
declare-tenants = Quelles collectivités sont concernées ?
declare-tenants-hint = Elles partagent des équipements avec vous
declare-assets = Qu’est-ce qui est touché ?
declare-assets-hint = Cochez ce que vous savez ; le reste se corrige après
declare-as = Ce qui est coché est
declare-check = Voir les conséquences
declare-go = Déclarer l’incident
declare-consequences = Ce que déclarer entraîne
declare-consequence-page = La page publique dit aussitôt qu’un incident est en cours et ce qui change pour chaque service.
declare-consequence-clock = Les délais légaux partent de maintenant : la collectivité sait.
declare-consequence-shared = Cela concerne aussi { $names }.
declare-nothing-down = Aucun équipement coché
declare-fact-nature = Nature
declare-fact-since = Depuis
declare-fact-tenants = Collectivités
declare-fact-assets = Touchés
declare-already = Un incident est déjà en cours : rattachez-y l’alarme, ou déclarez-en un autre s’il est distinct.

changes-title = Ce qui change pour les habitants
changes-none = Aucun service ne change.

## Cartes réflexes : verbe d’abord, une chose par ligne

card-title = Vos premiers gestes
card-text = Dans cet ordre. Cochez sur papier, notez l’heure de chaque geste.
card-next = C’est fait : voir la suite
card-director-1 = Notez l’heure et ce que vous savez.
card-director-2 = Ne payez pas. Ne répondez à aucun message des attaquants.
card-director-3 = Faites couper le réseau. Ne faites éteindre aucune machine touchée.
card-director-4 = Dites à tous les agents : n’allumez pas les postes, n’ouvrez pas le courriel, même au téléphone.
card-director-5 = Réunissez cinq personnes dans une salle, avec des téléphones personnels.
card-director-6 = Appelez le centre de réponse régional ou 17Cyber, puis la gendarmerie ou la police.
card-director-7 = Publiez un premier avis : ce qui est ouvert, où, quel numéro.
card-technician-1 = Notez l’heure de chaque geste.
card-technician-2 = Débranchez le réseau. N’éteignez pas une machine infectée.
card-technician-3 = Coupez l’accès à internet et les liens vers les autres sites.
card-technician-4 = Mettez les sauvegardes hors ligne. N’y touchez plus.
card-technician-5 = Ne vous connectez nulle part avec un compte d’administration.
card-technician-6 = Dites ici l’état de chaque équipement : en marche, coupé, en panne, inconnu.
card-technician-7 = Gardez les traces : photos d’écran, journaux, disques. N’effacez rien.
card-clerk-1 = N’allumez pas votre poste. S’il est allumé, débranchez le câble réseau et laissez-le allumé.
card-clerk-2 = N’ouvrez pas le courriel de la mairie, même sur votre téléphone.
card-clerk-3 = Sortez les registres et les formulaires papier.
card-clerk-4 = Affichez le premier avis à la porte.
card-clerk-5 = Notez chaque demande : nom, numéro, heure, ce qu’il faut faire.
card-clerk-6 = Ne dites pas la cause : renvoyez à la page publique.
card-reader-1 = N’allumez pas votre poste. S’il est allumé, débranchez le câble réseau.
card-reader-2 = Notez l’heure et ce que vous voyez.
card-reader-3 = N’ouvrez aucun message, ne branchez aucune clé.
card-reader-4 = Demandez à la direction ce qu’on attend de vous.
card-responder-1 = Demandez qui décide et notez son numéro.
card-responder-2 = Lisez la main courante et l’état des équipements ici.
card-responder-3 = Faites préserver les traces avant toute remise en route.
card-responder-4 = Convenez d’un point régulier avec la direction.

## Incidents

incidents-title = Incidents
incidents-none = Aucun incident n’a été déclaré.
incident-line = Déclaré le { $when }
incident-noticed = Remarqué le
incident-declared = Déclaré le
incident-by = Déclaré par
incident-concerns = Concerne
incident-phase = Étape
incident-next = Prochaine étape
incident-phases = Les étapes
incident-alarms = Alarmes rattachées
incident-advance = C’est vrai : passer à cette étape
phase-meaning-declared = Une personne l’a dit.
phase-meaning-contained = L’attaque ne s’étend plus : tout ce qui est touché est coupé.
phase-meaning-diagnosed = La cause et l’étendue sont connues.
phase-meaning-eradicated = L’attaquant n’a plus aucun accès.
phase-meaning-restored = Les services sont revenus.
phase-meaning-closed = Il ne reste rien à faire.

## Équipements

assets-title = Équipements et logiciels
assets-text = Dites ici ce qui marche. La page publique suit d’elle-même.
assets-troubled = À surveiller
assets-up = En marche
asset-line-shared = Partagé
asset-line-exposure = Données : { $level }
asset-kind-name = Nature
asset-state-label = Nouvel état
asset-since = Depuis
asset-reason-name = Raison
asset-owner = Appartient à
asset-data = Données
asset-data-value = { $level } ({ $whose })
asset-means = Moyen de coupure
asset-means-none = Personne ne l’a encore dit
asset-contact = Contact d’urgence
asset-contact-hint = Éditeur ou prestataire : nom et numéro
asset-needs = Dépend de
asset-fleet = Postes
asset-fleet-value = { $total } en tout, { $checked } vérifiés, { $reinstalled } réinstallés
asset-shared = Partagé avec { $names } : ce que vous changez ici vaut aussi pour eux.
asset-set-state = Dire son état
asset-set-exposure = Dire si ses données sont touchées
asset-set-means = Dire comment le couper
asset-set-about = Contact et nombre de postes
asset-set-about-plain = Contact d’urgence
asset-exposure-text = Ouvert ou non est une chose ; données touchées ou non en est une autre.
asset-exposure-label = Que sait-on ?
asset-whose = Données de qui ?
asset-reason = Pourquoi, en une phrase
asset-reason-hint = Pour le personnel seulement. N’écrivez aucun nom d’habitant.
asset-reason-missing = Dites pourquoi, en une phrase
asset-see-consequences = Voir les conséquences
asset-confirm = Confirmer ce changement
asset-check-title = Vérifiez : { $name }
folder-title = Dossiers
folder-text = À quoi sert chaque dossier. Après une attaque, les dossiers reviennent dans l’ordre des services publics : le plus grave d’abord. Un dossier qui n’est pas ici revient en dernier.
folder-none = Rien n’est dit des dossiers de ce serveur.
folder-for = Pour : { $service }
folder-path = Dossier
folder-path-hint = Depuis la racine, comme sur le serveur : /srv/partage/ecole
folder-path-wrong = Écrivez le dossier depuis la racine, comme /srv/partage/ecole, sans « .. ».
folder-asset = Il sert à
folder-nothing = Rien : ne plus le compter
asset-services = Services qui en dépendent
asset-services-none = Aucun service n’en dépend directement.
asset-cut-only = « Coupé » se dit en commandant la coupure, plus bas.
cut-title = Coupure
cut-order-title = Couper du réseau
cut-order-text = La coupure est inscrite dans la main courante. Ce qui en dépend passe à sa solution de repli.
cut-order = Ordonner la coupure
cut-waiting = Ordre envoyé, pas encore confirmé
cut-done = Coupé
cut-hand-waiting = À couper à la main
cut-hand-confirm-text = La coupure ne compte qu’une fois faite et confirmée par une personne.
cut-hand-confirm = C’est débranché : confirmer
cut-lift-text = Lever la coupure remet l’équipement sur le réseau. Il reste d’état inconnu jusqu’à ce que vous le vérifiiez.
cut-lift = Lever la coupure
cut-failed = La coupure a échoué ({ $code }) : trouvez un autre moyen.
cut-means-missing = Dites d’abord comment couper cet équipement.
means-by = Comment le couper ?
means-hand-note = Une personne débranche, puis confirme
means-hook-note = Un pare-feu, un commutateur ou un hyperviseur obéit
means-guard-note = Le veilleur isole son propre serveur
means-none-note = Pas encore de moyen
means-none = Aucun pour l’instant
means-room = Salle
means-hand-hint = Pour une coupure à la main
means-rack = Baie ou armoire
means-label = Étiquette du câble ou de la prise
means-label-hint = Exactement ce qui est écrit dessus
means-hook = Commande préparée
means-hook-hint = Les noms viennent de la configuration de la plateforme
means-guard = Veilleur
means-guard-hint = Celui de ce serveur
means-hand-missing = Dites la salle et l’étiquette
means-hook-missing = Choisissez une commande préparée
means-guard-missing = Choisissez le veilleur de ce serveur
means-hand-value-plain = Salle { $room }, étiquette « { $label } »
means-hand-value = Salle { $room }, baie { $rack }, étiquette « { $label } »
means-hook-value = Commande préparée « { $hook } »
means-guard-value = Le veilleur isole ce serveur
fleet-total = Postes en tout
fleet-checked = Postes vérifiés
fleet-reinstalled = Postes réinstallés
fleet-too-many = Plus que le total

## Services

services-title = Services au public
services-text = Ce que les habitants voient. L’état est calculé d’après les équipements.
service-line-missing = À compléter : horaires, lieu ou numéro
service-what = De quoi il s’agit
service-place = Lieu
service-place-hint = Adresse, étage, guichet
service-hours = Horaires
service-hours-hint = Comme ils doivent se lire sur la page
service-phone = Téléphone
service-phone-hint = Un numéro qui marche pendant une panne
service-name-fr = Nom, en français
service-name-hint = Seulement si le nom habituel ne convient pas
service-name-en = Nom, en anglais
service-fallback = Solution de repli
service-fallback-hint = Comment le service continue quand tout est en panne
service-note-fr = Que doivent faire les habitants alors, en français
service-note-hint = Une phrase courte, verbe d’abord
service-note-en = La même chose, en anglais
service-criticality = Importance
service-downtime = Absence supportable
service-downtime-none = Aucune
service-causes = Pourquoi il n’est pas comme d’habitude
service-overridden = Une personne a corrigé l’état
service-overridden-value = { $status } : « { $reason } » ({ $who }, { $when }). Calculé : { $computed }.
service-clear = Revenir à l’état calculé
service-override = Corriger l’état à la main
service-override-text = Votre parole l’emporte sur le calcul, et se voit.
service-override-status = Que peuvent attendre les habitants ?
service-override-reason = Pourquoi
service-override-go = Corriger l’état
service-details = Lieu, horaires, téléphone, repli
service-needs = De quoi il dépend
service-needs-text = Indispensable : sans lui, le service s’arrête. Utile : sans lui, il va moins bien.
need-strength = Importance
need-none = Ne dépend pas de lui
need-via = Joint par le réseau
need-direct = Sans passer par un réseau qui peut être coupé

## Avis

notices-title = Avis publics
notices-text = Ce que la collectivité dit aux habitants. Une correction ne cache jamais ce qui a été dit.
notices-none = Aucun avis.
notice-new-title = Préparer un avis
notice-title = Avis public
notice-new-text = Prérempli d’après les faits. Relisez chaque phrase, puis enregistrez : rien n’est encore publié.
notice-state-draft = En préparation
notice-state-published = Publié
notice-state-corrected = Corrigé
notice-state-correcting = Publié, correction en préparation
notice-state-ended = Terminé
notice-line-published = Publié le { $when }
notice-line-draft = Pas encore publié
notice-title-label = Titre
notice-body-label = Texte
notice-body-hint = Phrases courtes. Une ligne vide sépare les paragraphes.
notice-title-missing = Donnez un titre dans les deux langues
notice-body-missing = Écrivez le texte dans les deux langues
notice-save = Enregistrer le brouillon
notice-preview = Voir sur la vraie page
notice-preview-en = Voir sur la vraie page, en anglais
notice-publish-over = Publier
notice-publish-text = Les habitants le lisent dans la seconde, sur la page, les flux et le bandeau. Relisez d’abord sur la vraie page.
notice-publish = Publier maintenant
notice-correct-text = Cet avis est publié. Ce que vous enregistrez ici prépare une correction ; l’ancien texte reste consultable.
notice-correct-now = La page montrera le nouveau texte, l’heure de la correction et l’ancien texte.
notice-correct = Publier la correction
notice-end-title = Terminer cet avis
notice-end-text = L’avis quitte le haut de la page et reste dans l’historique.
notice-end = Terminer l’avis
notice-who-publishes = La direction publie, corrige et termine les avis.
notice-history = Ce qui a été publié

## Main courante

journal-title = Main courante
journal-text = Tout ce qui s’est passé et tout ce qui a été décidé, du plus récent au plus ancien. Rien ne peut en être retiré sans que cela se voie.
journal-newer = Plus récent
journal-older = Plus ancien
journal-export-title = Emporter la main courante
journal-export-text = Le fichier se vérifie avec la commande « beffroi journal verify » et l’empreinte ci-dessous.
journal-fingerprint = Empreinte de la clé
journal-export = Télécharger
journal-number = nº { $number }
journal-by-command = Ligne de commande
journal-by-guard = Un veilleur
journal-by-platform = La plateforme
journal-by-outside = L’extérieur
journal-by-former = Un compte qui n’existe plus
journal-other = Inscription : { $kind }
journal-account-created = Compte ajouté
journal-account-password = Phrase de passe changée
journal-account-totp = Téléphone d’authentification changé
journal-account-codes = Codes à usage unique établis
journal-account-code-used = Code à usage unique utilisé
journal-account-role = Rôle changé
journal-account-disabled = Compte désactivé
journal-account-enabled = Compte réactivé
journal-alarm-raised = Alarme levée
journal-alarm-repeated = Alarme répétée
journal-alarm-revised = Alarme précisée
journal-alarm-listed = Fichiers d’une alarme listés
journal-alarm-decided = Alarme décidée
journal-alarm-decision-reason = Raison de la décision
journal-asset-contact = Contact d’urgence changé
journal-asset-cut-means = Moyen de coupure changé
journal-asset-exposure = Données : ce que l’on sait a changé
journal-asset-fleet = Décompte des postes changé
journal-folder-mapped = Dossier d’un serveur rattaché
journal-folder-unmapped = Dossier d’un serveur détaché
journal-asset-needs = Dépendances d’un équipement changées
journal-asset-renamed = Équipement renommé
journal-asset-shared = Équipement partagé
journal-asset-unshared = Partage d’équipement terminé
journal-asset-state = État d’un équipement
journal-assets-added = Équipements ajoutés
journal-cut-ordered = Coupure ordonnée
journal-cut-confirmed = Coupure confirmée
journal-cut-failed = Coupure échouée
journal-cut-lift-ordered = Levée de coupure ordonnée
journal-cut-lift-failed = Levée de coupure échouée
journal-cut-by-guard-alone = Le veilleur a coupé son serveur de lui-même
journal-cut-lifted-by-code = Coupure levée sur place, avec le code imprimé
journal-cut-lifted = Coupure levée
journal-files-restored = Fichiers remis en place
journal-guard-enrolment-offered = Inscription de veilleur préparée
journal-guard-enrolled = Veilleur inscrit
journal-guard-revoked = Veilleur révoqué
journal-guard-ordered = Ordre donné à un veilleur
journal-guard-order-ended = Réponse d’un veilleur à un ordre
journal-incident-declared = Incident déclaré
journal-incident-nature = Nature de l’incident précisée
journal-incident-phase = Étape de l’incident
journal-incident-tenant-added = Collectivité ajoutée à l’incident
journal-login = Connexion
journal-notice-drafted = Brouillon d’avis enregistré
journal-notice-published = Avis publié
journal-notice-corrected = Avis corrigé
journal-notice-ended = Avis terminé
journal-service-details = Lieu, horaires, téléphone d’un service
journal-service-fallback = Solution de repli d’un service
journal-service-needs = Dépendances d’un service changées
journal-service-overridden = État d’un service corrigé à la main
journal-service-override-cleared = État d’un service de nouveau calculé
journal-services-added = Services ajoutés
journal-tenant-added = Collectivité ajoutée
journal-tenant-closed = Collectivité fermée
journal-tenant-reopened = Collectivité rouverte
journal-text-erased = Texte effacé
journal-platform-restored = Plateforme remise en place depuis une sauvegarde
journal-detail-from-to = { $from } → { $to }

## Personnes

people-title = Personnes
people-state-active = Actif
people-state-pending = Compte à préparer
people-state-disabled = Désactivé
people-line-totp = Téléphone relié
people-line-no-totp = Pas de téléphone relié
people-line-codes = { $count ->
    [0] aucun code imprimé
    [one] un code imprimé
   *[other] { $count } codes imprimés
}
people-change = Changer le compte de { $name }
people-role = Rôle
people-role-go = Changer le rôle
people-codes = Donner un nouveau premier code
people-codes-text = Ses anciens codes, sa phrase de passe et son téléphone ne serviront plus.
people-disable = Désactiver le compte
people-disable-text = La personne est déconnectée aussitôt et ne peut plus entrer.
people-my-phone = Relier mon téléphone
people-my-codes = Imprimer dix nouveaux codes
people-add-title = Ajouter une personne
people-name = Nom
people-name-hint = Comme cette personne l’écrira pour entrer
people-name-missing = Écrivez un nom
people-name-taken = Ce nom est déjà pris dans cette collectivité
people-no-incident = Un intervenant lit un incident en cours : il n’y en a pas
people-add = Ajouter et afficher son premier code
people-code-title = Premier code de { $name }
people-code-text = Donnez-le de la main à la main. Il ne sera plus jamais affiché.
people-code-until = Il sert une fois, jusqu’au { $when }.
people-back = Revenir aux personnes
role-note-director = Décide, publie, gère les personnes
role-note-technician = Dit l’état des équipements, coupe, déclare
role-note-clerk = Prépare les avis, tient les horaires
role-note-reader = Lit seulement
role-note-responder = Personne extérieure : lit seulement
role-note-operator = Toutes les collectivités

## Veilleurs

guards-title = Veilleurs
guards-text = Le veilleur se tient sur un serveur de fichiers, remarque ce qui disparaît et garde de quoi le remettre.
guards-none = Aucun veilleur n’est inscrit.
guard-title = Veilleur : { $name }
guard-state-heard = Entendu
guard-state-silent = Muet
guard-state-never = Jamais entendu
guard-state-revoked = Révoqué
guard-line = { $where }, { $when }
guard-heard = Entendu
guard-host = Machine
guard-level = Ce qu’il voit
guard-asset = Équipement
guard-mode-name = Mode
guard-cut-name = Son serveur
guard-cut-yes = Coupé du réseau
guard-cut-no = Sur le réseau
guard-temperature = Température
guard-disk = Disque
guard-disk-value = { $percent } % plein
guard-reserve = Réserve
guard-reserve-value = { $used } sur { $limit } Mio
guard-holes = Ce qu’il ne peut pas faire sur cette machine
guard-enrol-title = Inscrire un veilleur
guard-enrol-text = Le fichier d’inscription sert une fois et vaut 15 minutes. Portez-le sur le serveur, puis lancez « beffroi guard --watch DOSSIER --enrol FICHIER ».
guard-enrol-asset = Sur quel équipement ?
guard-enrol-nowhere = La plateforme ne sait pas à quelle adresse les veilleurs la joignent : la personne qui l’exploite doit la renseigner
guard-enrol = Télécharger le fichier d’inscription
guard-restore-title = Remettre ce qui a disparu
guard-restore-text = Le veilleur remet les fichiers de cette alarme à leur place. Ce qui s’y trouve maintenant est gardé à côté ; rien n’est écrasé.
guard-restore-which = Quelle alarme ?
guard-restore-none = Aucune alarme de fichiers disparus de ce veilleur.
guard-restore = Remettre les fichiers
guard-revoke-title = Révoquer ce veilleur
guard-revoke-text = Ses messages seront refusés et il ne recevra plus d’ordres. Une nouvelle inscription sera nécessaire.
guard-revoke = Révoquer

## Collectivités

tenants-title = Collectivités
tenants-search = Nom ou code
tenants-search-go = Chercher
tenants-none = Aucune collectivité ne correspond.
tenants-here = Vous y êtes
tenants-enter = Entrer à { $name }
tenants-more = Suite de la liste

## C’est fait

done-dismissed = L’alarme est classée sans suite.
done-merged = L’alarme est rattachée à l’incident.
done-phase = L’incident a changé d’étape.
done-state = L’état est enregistré. La page publique suit.
done-exposure = Ce que l’on sait des données est enregistré.
done-folder = Dossier enregistré.
done-means = Le moyen de coupure est enregistré.
done-about = C’est enregistré.
done-cut = La coupure est ordonnée.
done-cut-confirmed = La coupure est confirmée.
done-rule = La règle est signée : elle est en vigueur.
done-rule-withdrawn = La règle est retirée : seules les personnes coupent.
done-lifted = La levée est ordonnée. Vérifiez l’équipement, puis dites son état.
done-override = L’état corrigé est affiché.
done-cleared = L’état est de nouveau calculé.
done-details = C’est enregistré et affiché sur la page publique.
done-needs = Les dépendances sont enregistrées.
done-saved = Le brouillon est enregistré. Rien n’est encore publié.
done-published = L’avis est publié.
done-corrected = La correction est publiée.
done-ended = L’avis est terminé.
done-role = Le rôle est changé.
done-disabled = Le compte est désactivé.
done-revoked = Le veilleur est révoqué.
done-restore = L’ordre est envoyé. Le veilleur rend compte dans quelques instants.
done-entered = Vous agissez maintenant pour cette collectivité.
done-totp = Votre téléphone est relié.
