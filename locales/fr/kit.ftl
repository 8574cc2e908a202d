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
