### Les listes de secours : reprises des logiciels de la ville et imprimées avant l’attaque.

menu-packs = Listes de secours
pack-title = Listes de secours
pack-text = Le jour d’une attaque, les logiciels de la ville ne s’ouvrent plus. Ces listes sont imprimées avant, gardées sous clé et remplacées à temps.
pack-closed-text = Les listes sont chiffrées avec les clés du guichet : une personne de la direction les crée d’abord.

pack-kind-children = Enfants de la cantine et du périscolaire
pack-kind-vulnerable = Personnes vulnérables
pack-kind-burials = Inhumations à venir
pack-kind-phone_tree = Arbre d’appel
pack-kind-permits = Échéances des permis
pack-what-children = Chaque enfant, sa classe, ses jours, et les adultes qui peuvent venir le chercher.
pack-what-vulnerable = Les personnes à visiter ou à appeler lors d’une canicule, d’un grand froid ou d’une coupure.
pack-what-burials = Qui est inhumé, quel jour, à quel emplacement, et qui joindre.
pack-what-phone_tree = Qui appelle qui, et à quels numéros.
pack-what-permits = Jusqu’à quand la mairie peut répondre à chaque demande de permis.

pack-number = Liste n° { $number }
pack-people = { $count ->
    [one] { $count } personne
   *[other] { $count } personnes
}
pack-files = { $count ->
    [one] { $count } dossier
   *[other] { $count } dossiers
}
pack-made = reprise { $ago }
pack-opened = ouverte { $ago }
pack-not-here = contenu absent d’ici
pack-state-none = Aucune
pack-state-fresh = À jour
pack-state-stale = Trop ancienne
pack-state-to-print = À imprimer
pack-state-in-place = En place
pack-state-to-destroy = À détruire
pack-stale-after = { $count ->
    [one] Après un jour, elle est trop ancienne : une alarme le dit.
   *[other] Après { $count } jours, elle est trop ancienne : une alarme le dit.
}
pack-readers = Elle est lue par qui a la clé du groupe « { $group } ».
pack-none = Il n’y a pas encore de liste.
pack-no-key = Cette liste est chiffrée : ouvrez votre session avec votre phrase de passe, ou demandez la clé à un collègue.
pack-open = Ouvrir pour imprimer
pack-open-text = La liste vient en PDF. Imprimez-la, puis effacez le fichier. L’ouverture et sa raison sont notées dans la main courante.
pack-reason = Raison
pack-reason-hint = Par exemple : liste du mois à ranger. N’écrivez le nom de personne.
pack-reason-missing = Écrivez pourquoi vous ouvrez cette liste
pack-open-go = Ouvrir la liste
pack-printed = Noter qu’elle est imprimée et rangée
pack-printed-text = À noter une fois la liste sous clé, à sa place. Le contenu des listes précédentes est alors effacé d’ici.
pack-printed-go = Elle est imprimée et rangée
pack-destroyed = Noter qu’elle est détruite
pack-destroyed-text = À noter une fois toutes ses copies détruites. Son contenu est aussi effacé d’ici. On ne peut pas revenir en arrière.
pack-destroyed-go = Elle est détruite
pack-gone = Listes détruites
pack-destroyed-on = Liste n° { $number }, détruite le { $day }
pack-back = Revenir aux listes
pack-back-kind = Revenir sans rien reprendre

## Reprendre une liste

pack-import = Reprendre une nouvelle liste
pack-import-text = Exportez la liste de votre logiciel en CSV. Rien n’est gardé avant que vous ayez vérifié. L’ancienne reste jusqu’à ce que vous notiez sa destruction.
pack-file = Fichier CSV
pack-file-hint = 1 Mo et 5 000 lignes au plus. Les colonnes sur la santé (PAI, allergies) ne sont pas reprises.
pack-file-missing = Choisissez un fichier
pack-file-large = Ce fichier est trop grand : 1 Mo au plus
pack-file-wrong = Rien n’a été repris : corrigez le fichier et choisissez-le de nouveau
pack-import-look = Vérifier ce fichier
pack-look = { $count ->
    [0] Le fichier n’a pas de ligne. Rien n’est encore gardé.
    [one] Le fichier a une ligne. Rien n’est encore gardé : vérifiez, puis reprenez.
   *[other] Le fichier a { $count } lignes. Rien n’est encore gardé : vérifiez, puis reprenez.
}
pack-look-first = La première ligne de la liste
pack-look-fields = Les colonnes
pack-look-fields-text = Dites de quelle colonne vient chaque information. Votre choix est gardé pour la prochaine fois.
pack-needed = obligatoire
pack-field-none = Pas dans ce fichier
pack-unused = Colonnes non reprises : { $headings }.
pack-rows-refused = Rien n’est repris : choisissez les bonnes colonnes, ou corrigez le fichier
pack-import-go = Reprendre cette liste
pack-import-again = Vérifier de nouveau
pack-field-name = Nom
pack-field-first_name = Prénom
pack-field-class = Classe ou groupe
pack-field-days = Jours
pack-field-adults = Adultes autorisés
pack-field-phones = Téléphones
pack-field-care = Santé
pack-field-address = Adresse
pack-field-contact = Personne à joindre
pack-field-contact_phones = Téléphones de cette personne
pack-field-round = Tournée ou quartier
pack-field-date = Date
pack-field-time = Heure
pack-field-plot = Emplacement
pack-field-undertaker = Pompes funèbres
pack-field-function = Fonction
pack-field-service = Service
pack-field-calls = Appelle
pack-field-number = Numéro du dossier
pack-field-deadline = Échéance
pack-field-kind = Type
pack-field-deposited = Date de dépôt
pack-field-silence = Sans réponse

## Une liste sur la santé

pack-health = Imprimer la liste là où elle est
pack-health-text = Cette liste dit quelque chose de la santé des personnes : elle ne vient jamais ici. Sur le poste où elle est tenue, tapez la commande ci-dessous, imprimez le fichier et effacez-le. Notez ensuite la liste ici.
pack-record = Noter une liste imprimée ailleurs
pack-record-text = Une liste peut aussi être imprimée sur le poste où elle est tenue, colonnes sur la santé comprises, avec la commande ci-dessous. Notez-la ensuite ici.
pack-record-number = Numéro imprimé sur la liste
pack-record-rows = Nombre de lignes
pack-record-day = Jour de l’impression
pack-record-go = Noter cette liste
pack-number-wrong = Écrivez le numéro de la liste : { $number } ou plus
pack-rows-wrong = Écrivez combien de lignes elle a

## Sur le papier

pack-cell-child = Enfant
pack-cell-days = Jours
pack-cell-adults = Adultes autorisés
pack-cell-care = Santé
pack-cell-person = Personne
pack-cell-address = Adresse et téléphones
pack-cell-contact = Personne à joindre
pack-cell-deceased = Défunt
pack-cell-when = Date
pack-cell-plot = Emplacement
pack-cell-family = Famille et pompes funèbres
pack-cell-function = Fonction
pack-cell-phones = Téléphones
pack-cell-calls = Appelle
pack-cell-number = Dossier
pack-cell-deadline = Échéance
pack-cell-applicant = Demandeur
pack-cell-deposited = Déposé le
pack-group-none = Sans groupe

pack-done-imported = La liste est reprise et chiffrée. Ouvrez-la pour l’imprimer.
pack-done-recorded = La liste est notée.
pack-done-printed = La liste est notée comme imprimée et rangée.
pack-done-destroyed = La destruction est notée.
pack-alarm = Liste
alarm-kind-pack_stale = Une liste de secours est trop ancienne

journal-pack-imported = Liste de secours reprise
journal-pack-recorded = Liste de secours imprimée hors de la plateforme, notée
journal-pack-opened = Liste de secours ouverte
journal-pack-printed = Liste de secours imprimée et rangée
journal-pack-destroyed = Liste de secours détruite
journal-pack-mapping-saved = Colonnes d’une liste de secours gardées
