### Les postes d’impression : les feuilles du jour s’impriment la veille, sans que personne ne soit connecté.

printers-title = Postes d’impression
printers-text = Un ordinateur à côté d’une imprimante de la mairie imprime chaque soir les rendez-vous du lendemain, sans que personne ne soit connecté. Il a sa propre clé, que l’on peut révoquer.
printers-none = Aucun poste d’impression.
printers-back = Revenir aux postes d’impression
printer-make-title = Ajouter un poste
printer-make-text = Vous téléchargez un fichier. Portez-le sur l’ordinateur dans l’heure : il sert une fois. Là-bas, tapez : beffroi desk printer enrol poste.json
printer-make = Télécharger le fichier
printer-name = Nom du poste
printer-name-hint = Par exemple : Imprimante de l’accueil.
printer-name-missing = Donnez un nom au poste
printer-name-long = Écrivez un nom de 80 caractères au plus
printer-groups = Feuilles imprimées pour
printer-groups-hint = Le poste pourra ouvrir les rendez-vous de ces services, rien d’autre.
printer-groups-waiting = À confirmer
printer-evening = Heure d’impression, la veille
printer-hostname = Ordinateur
printer-state-revoked = Révoqué
printer-state-expired = Fichier périmé
printer-state-invited = Pas encore installé
printer-state-waiting = À confirmer
printer-state-silent = Ne répond plus
printer-state-failing = N’imprime pas
printer-state-ready = En service
printer-no-key = Une personne qui lit les rendez-vous de ces services doit confirmer ce poste. Vous n’avez pas leur clé dans cette session.
printer-confirm-title = Confirmer ce poste
printer-confirm-text = Il ouvrira les rendez-vous de : { $groups }. Lisez le code sur l’écran de l’ordinateur lui-même, ou faites-le lire par quelqu’un qui est devant : un autre code veut dire que quelqu’un d’autre a pris sa place.
printer-mark = Code affiché par l’ordinateur
printer-mark-hint = Douze lettres et chiffres, comme ABC-DEF-GHJ-KMN.
printer-mark-wrong = Ce n’est pas le code de ce poste : relisez-le. S’il est juste, révoquez ce poste, quelqu’un d’autre s’est installé à sa place
printer-confirm = Confirmer le poste
printer-ask-title = Imprimer une feuille maintenant
printer-ask-agenda = Point d’accueil
printer-ask-day = Jour
printer-ask = Imprimer sur ce poste
printer-day-wrong = Choisissez aujourd’hui ou un jour à venir
printer-sheets = Feuilles imprimées
printer-sheets-none = Aucune feuille imprimée pour aujourd’hui ou les jours à venir.
printer-printed = imprimée le { $when }
printer-times = { $count ->
    [one] une fois
   *[other] { $count } fois
}
printer-locked = { $count ->
    [one] Une ligne n’a pas pu être ouverte
   *[other] { $count } lignes n’ont pas pu être ouvertes
}
printer-again-text = Des rendez-vous ont été pris avant que ce poste ne soit confirmé. Avec votre clé, ils peuvent être chiffrés aussi pour lui ; la feuille sera réimprimée.
printer-again = Chiffrer aussi pour ce poste
printer-revoke = Révoquer ce poste
printer-revoke-text = Il ne reçoit plus rien et rien n’est plus chiffré pour lui. Ce qu’il a imprimé reste sur papier. Un poste révoqué ne revient pas : ajoutez-en un autre.
printer-done-confirmed = Le poste est confirmé ; les rendez-vous à venir sont chiffrés aussi pour lui
printer-done-sealed = Les rendez-vous à venir sont chiffrés aussi pour ce poste
printer-done-asked = La feuille est demandée : elle s’imprime dans la minute

alarm-kind-print_post_down = Un poste d’impression est muet ou n’imprime plus
journal-by-print-post = Un poste d’impression
journal-print-post-made = Poste d’impression ajouté
journal-print-post-enrolled = Poste d’impression installé
journal-print-post-confirmed = Poste d’impression confirmé
journal-print-post-revoked = Poste d’impression révoqué
journal-print-sheet-asked = Feuille demandée à un poste d’impression
journal-print-sheet-printed = Feuille du jour imprimée
journal-appointments-sealed-again = Rendez-vous chiffrés à nouveau pour leurs lecteurs
journal-agenda-days-sealed-again = Agendas repris chiffrés à nouveau pour leurs lecteurs
