### L’enveloppe cyber, ce dont elle est faite, et les écrans qui la préparent.

## La couverture

kit-title = { $name } : enveloppe cyber
kit-cover = Enveloppe cyber
kit-cover-open = À n’ouvrir qu’en cas d’attaque informatique, ou si plus personne ne peut entrer dans la console.
kit-printed = Imprimée le { $at }.
kit-number = Enveloppe nº { $number }.
kit-stale-title = Cette enveloppe est périmée si
kit-stale-old = elle a plus de { $months } mois : après le { $day } ;
kit-stale-used = un de ses codes a servi ;
kit-stale-people = une personne est arrivée, est partie ou a changé de rôle ;
kit-stale-facts = un numéro, un lieu ou une adresse qu’elle contient a changé ;
kit-stale-newer = une enveloppe de numéro plus grand a été imprimée.
kit-stale-do = Imprimez alors une nouvelle enveloppe et détruisez celle-ci.
kit-for = { $count ->
    [one] Elle contient les codes d’une personne
   *[other] Elle contient les codes de { $count } personnes
}
kit-more = { $count ->
    [one] et une autre.
   *[other] et { $count } autres.
}
kit-keep = Gardez-la sous clé, hors de vos locaux si possible. Ne la photographiez pas, ne la copiez pas.
kit-sealed = Scellée le
kit-sealed-by = Par (nom, signature)
kit-opened = Ouverte le, à
kit-opened-by = Par (nom, motif, signature)

## Une page par personne

kit-console = Ouvrez la console, même depuis un téléphone
kit-console-square = Carré à viser pour ouvrir la console
kit-address-missing = Adresse (à écrire à la main) :
kit-codes = Vos deux codes : chacun ouvre une fois, seul
kit-how = Comment faire
kit-how-1 = Prenez un téléphone ou un ordinateur qui n’a jamais été sur votre réseau.
kit-how-2 = Coupez son wifi : passez par le réseau mobile ou par le boîtier 4G.
kit-how-3 = Visez le carré avec l’appareil photo, ou tapez l’adresse.
kit-how-4 = Sous « Avec un code imprimé », tapez le premier code. Les tirets et les majuscules n’importent pas.
kit-how-5 = Barrez le code. Gardez le second pour confirmer une décision grave.
kit-page = La page que lisent les habitants
kit-calls-own = Qui vous appelez
kit-called-by = Vous êtes appelé par { $name }.

## Les numéros, les lieux

kit-numbers = Numéros
kit-numbers-public = Pour tout le monde
kit-numbers-own = Pour la collectivité
kit-numbers-firms = Éditeurs et prestataires
kit-numbers-forwards = Lignes à renvoyer
kit-places = Où se trouvent
kit-public-17 = Police, gendarmerie
kit-public-112 = Toute urgence
kit-public-17cyber = 17Cyber, le service d’assistance de l’État
kit-reference = Contrat ou référence : { $reference }
kit-forward-who = Renvoyée par { $name }
kit-col-what = Quoi
kit-col-who = Qui
kit-col-phone = Numéro
kit-col-note = À savoir
kit-col-name = Nom
kit-col-function = Fonction, service
kit-col-reached = Joint

contact-kind-operator = Qui exploite la plateforme
contact-kind-csirt = Centre de réponse régional (CSIRT)
contact-kind-police = Police ou gendarmerie
contact-kind-insurer = Assureur
contact-kind-dpo = Délégué à la protection des données
contact-kind-editor = Éditeur de logiciel
spot-box_4g = Le boîtier 4G
spot-laptop = L’ordinateur propre
spot-envelope = L’enveloppe cyber
spot-room = La salle de réunion

## Qui appelle qui

kit-calls = Qui appelle qui
kit-calls-how = Appelez de haut en bas. Sans réponse après deux appels, passez au suivant et appelez vous-même ceux qu’il devait appeler.
kit-calls-first = À appeler d’abord
kit-calls-group = { $name } appelle
kit-calls-alone = Que personne n’est chargé d’appeler
kit-calls-none = La liste du personnel est vide. Écrivez-la ici à la main, puis remplissez-la dans la console.
kit-calls-blank = Personnes à appeler

## Les cartes : le verbe d’abord

kit-card-text = Dans cet ordre. Cochez, et notez l’heure de chaque geste.
kit-card-all = Tout le monde
kit-card-first = Puis vous
kit-card-all-1 = Notez l’heure et ce que vous voyez.
kit-card-all-2 = N’allumez pas votre ordinateur.
kit-card-all-3 = Ne lisez pas votre courriel, même sur votre téléphone.
kit-card-all-4 = N’éteignez pas une machine infectée.
kit-card-all-5 = Débranchez le réseau : le câble, puis le wifi.
kit-card-all-6 = Ne payez pas. Ne répondez à aucun message des attaquants.
kit-card-mayor = { $kind ->
    [commune] Carte du maire
   *[other] Carte de la présidence
}
kit-card-mayor-1 = Réunissez cinq personnes dans la salle prévue, avec des téléphones personnels.
kit-card-mayor-2 = Décidez de couper le réseau. Nommez une seule personne qui parle.
kit-card-mayor-3 = Faites déposer plainte dans les 72 heures : l’assurance peut en dépendre.
kit-card-mayor-4 = Dites aux habitants ce qui est ouvert, où, quel numéro. N’accusez personne.
kit-card-mayor-5 = Fixez l’heure du prochain point, et tenez-la.
kit-card-director = Carte de la direction
kit-card-director-1 = Entrez dans la console avec un code de cette enveloppe.
kit-card-director-2 = Déclarez l’incident, puis publiez un premier avis.
kit-card-director-3 = Faites appeler tout le personnel : la liste dit qui appelle qui.
kit-card-director-4 = Appelez le centre de réponse régional, la police ou la gendarmerie, l’assureur.
kit-card-director-5 = Prévenez le délégué à la protection des données : un délai de 72 heures a pu commencer.
kit-card-reception = Carte de l’accueil
kit-card-reception-1 = Collez l’affiche à la porte.
kit-card-reception-2 = Enregistrez le message du répondeur.
kit-card-reception-3 = Notez chaque appel : nom, numéro, heure, demande.
kit-card-reception-4 = Ne dites pas la cause : renvoyez à la page publique.
kit-card-reception-5 = Passez d’abord les urgences : 17, 112, enfants, personnes seules.
kit-card-clerk = Carte du guichet
kit-card-clerk-1 = Sortez les registres et les formulaires papier.
kit-card-clerk-2 = Prenez les demandes sur papier : nom, numéro, heure, ce qu’il faut faire.
kit-card-clerk-3 = Prévenez les personnes qui ont rendez-vous aujourd’hui.
kit-card-clerk-4 = Rangez chaque feuille : elle sera saisie plus tard.
kit-card-technician = Carte de la technique
kit-card-technician-1 = Coupez l’accès à internet et les liens vers les autres sites.
kit-card-technician-2 = Mettez les sauvegardes hors ligne. N’y touchez plus.
kit-card-technician-3 = Ne vous connectez nulle part avec un compte d’administration.
kit-card-technician-4 = Dites dans la console l’état de chaque équipement.
kit-card-technician-5 = Gardez les traces : photos d’écran, journaux, disques. N’effacez rien.

## Se préparer

menu-prepare = Se préparer
prepare-title = Se préparer
prepare-text = Ce qui doit être prêt avant, et sur papier. Le jour venu, les ordinateurs n’y seront plus.
prepare-kit = Enveloppe cyber
prepare-sheets = Affiche, répondeur, consignes, appel
prepare-sheets-line = Toujours à jour : imprimez ou copiez.
prepare-roster = Liste du personnel
prepare-phones = Lignes de téléphone
prepare-emergency = Lieux et numéros d’urgence
prepare-back = Revenir à « Se préparer »
prepare-ready = Prêt
prepare-none = Rien encore
prepare-whole = Complet
prepare-people = { $count ->
    [one] Une personne
   *[other] { $count } personnes
}
prepare-lines = { $count ->
    [one] La ligne répond
   *[other] Les { $count } lignes répondent
}
prepare-lines-dead = { $count ->
    [one] Une ligne ne répond pas
   *[other] { $count } lignes ne répondent pas
}
prepare-missing = { $count ->
    [one] Une réponse manque
   *[other] { $count } réponses manquent
}
prepare-changed = Dernier changement : { $ago }.

todo-kit-none = Imprimez l’enveloppe cyber : personne n’en a encore
todo-kit-stale = Imprimez une nouvelle enveloppe cyber : la dernière a { $age }. { $reason }
todo-emergency = { $count ->
    [one] Un lieu ou un numéro d’urgence manque
   *[other] { $count } lieux et numéros d’urgence manquent
}
todo-roster = Remplissez la liste du personnel : elle est vide
todo-lines = { $count ->
    [one] Un numéro affiché aux habitants n’est sur aucune ligne
   *[other] { $count } numéros affichés aux habitants ne sont sur aucune ligne
}

## L’écran de l’enveloppe

kit-text = De quoi entrer, appeler et agir quand tout est éteint : deux codes par personne, les numéros, les premiers gestes.
kit-none = Jamais imprimée
kit-good = Bonne
kit-stale = Périmée
kit-age = Âge : { $age }.
kit-printed-by = Imprimée par { $name }.
kit-holders = Pour qui
kit-why-old = Elle a plus de { $count } mois.
kit-why-used = { $count ->
    [one] Un de ses codes a servi.
   *[other] { $count } de ses codes ont servi.
}
kit-why-taken-back = { $count ->
    [one] Les codes d’une personne ont été retirés.
   *[other] Les codes de { $count } personnes ont été retirés.
}
kit-why-joined = { $count ->
    [one] Une personne n’y a pas de codes.
   *[other] { $count } personnes n’y ont pas de codes.
}
kit-why-left = { $count ->
    [one] Une personne partie y a encore une page.
   *[other] { $count } personnes parties y ont encore une page.
}
kit-why-role = { $count ->
    [one] Une personne a changé de rôle.
   *[other] { $count } personnes ont changé de rôle.
}
kit-why-facts = Un numéro, un lieu, une adresse ou la liste du personnel a changé.
kit-no-address = La plateforme ne connaît pas son adresse publique : les feuilles laissent une ligne à remplir à la main. La personne qui l’exploite doit la renseigner.
kit-print-title = Imprimer une nouvelle enveloppe
kit-print-1 = Les codes de l’enveloppe précédente ne serviront plus.
kit-print-2 = Ce qui s’affiche ensuite est l’enveloppe : imprimez-la aussitôt, elle ne sera plus jamais affichée. Revenez ensuite en arrière.
kit-print-3 = Scellez-la, signez, et détruisez la précédente.
kit-lang = Langue de l’enveloppe
kit-lang-fr = Français
kit-lang-en = Anglais
kit-as = Sous quelle forme
kit-as-pdf = PDF, à imprimer
kit-as-page = Page web
kit-print = Imprimer l’enveloppe
kit-who-prints = La direction imprime l’enveloppe.

## L’écran des lieux et numéros

emergency-title = Lieux et numéros d’urgence
emergency-text = Imprimés dans l’enveloppe. Ce qui manque y reste une ligne à remplir à la main.
emergency-public = Le 17, le 112 et 17cyber.gouv.fr y sont déjà.
emergency-name = Nom
emergency-phone = Numéro
emergency-reference = Contrat ou référence
emergency-editors = Éditeurs de logiciels
emergency-editors-hint = Un par ligne : nom ; numéro ; contrat
emergency-too-many = Gardez 40 éditeurs au plus
emergency-firms = Contacts donnés avec les équipements
emergency-firms-text = Ils sont imprimés aussi. Changez-les sur la page de l’équipement.

## L’écran du personnel

roster-title = Liste du personnel
roster-text = Tout le monde, avec ou sans compte : qui est appelé, et par qui.
roster-print = Imprimer la feuille d’appel
roster-add-title = Ajouter une personne
roster-add = Ajouter
roster-name = Nom
roster-name-hint = Le même que son compte, si cette personne en a un
roster-function = Fonction
roster-service = Service
roster-phones = Téléphones
roster-phones-hint = Le meilleur d’abord, séparés par un point-virgule
roster-bad-phones = Écrivez { $max } numéros au plus, comme 06 00 00 00 01 ; 03 28 51 34 34
roster-caller = Qui l’appelle
roster-caller-hint = Chacun est appelé par une seule personne
roster-nobody = Personne
roster-called-by = appelé par { $name }
roster-calls = Appelle { $names }.
roster-import-title = Coller une liste
roster-import-text = Copiez le tableau dans votre tableur, titres compris, et collez-le ici. Les nouveaux sont ajoutés, les autres mis à jour ; personne n’est retiré.
roster-import-columns = Titres lus : nom, fonction, service, téléphone, appelé par, ordre. Seul le nom est obligatoire.
roster-table = Le tableau
roster-table-hint = 60 000 signes au plus : collez une longue liste en plusieurs fois, chacune avec ses titres
roster-import = Ajouter ces personnes
roster-import-empty = Collez un tableau
roster-import-wrong = Rien n’a été ajouté : corrigez les lignes ci-dessous et collez de nouveau
roster-remove-title = Retirer cette personne
roster-remove-text = Elle n’est plus appelée. Ceux qu’elle appelait ne sont plus appelés par personne.
roster-remove = Retirer de la liste
roster-back = Revenir à la liste

csv-row = Ligne { $row } : { $why }
csv-row-column = Ligne { $row }, colonne « { $column } » : { $why }
csv-column = Colonne « { $column } » : { $why }
csv-more = { $count ->
    [one] et une autre erreur.
   *[other] et { $count } autres erreurs.
}
csv-too-large = Le tableau est trop grand : faites-en plusieurs.
csv-not-text = Ce n’est pas un tableau en texte : copiez les cellules, ou enregistrez la feuille au format CSV.
csv-empty = Le tableau est vide, ou n’a que des titres.
csv-missing-column = Ce titre manque. Il peut s’écrire : { $text }.
csv-duplicate-column = Ce titre est là deux fois : gardez-en un.
csv-too-many-cells = Il y a plus de cellules que de titres.
csv-quote = Un guillemet est ouvert ou fermé de travers.
csv-cell-too-long = Le texte est trop long : raccourcissez-le.
csv-empty-cell = La cellule est vide : remplissez-la.
csv-duplicate = « { $text } » est déjà à la ligne { $row }.
csv-bad-date = « { $text } » n’est pas une date : écrivez 24/12/2026.
csv-bad-phone = « { $text } » n’est pas un numéro : écrivez 06 00 00 00 01.
csv-not-a-number = « { $text } » n’est pas un nombre entier.
csv-unknown = « { $text } » n’est ni dans ce tableau ni sur la liste : écrivez le nom comme il y figure.
csv-ambiguous = Plusieurs personnes s’appellent « { $text } » : distinguez leurs noms.
csv-circle = Ces personnes s’appelleraient en rond : { $names }.
csv-too-many-phones = Il y a trop de numéros : gardez-en cinq.

journal-emergency-set = Lieux et numéros d’urgence changés
journal-roster-saved = Liste du personnel changée
journal-roster-removed = Personnes retirées de la liste du personnel
journal-kit-printed = Enveloppe cyber imprimée
journal-kit-codes-dropped = Codes de l’enveloppe cyber retirés
done-imported = La liste est à jour.
done-removed = C’est retiré.
