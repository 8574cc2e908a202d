### Le compte rendu d’un exercice joué par le programme lui-même.

drill-title = Exercice « { $name } » : { $town }, { $date }
drill-simulated = Tout ceci est joué : faux fichiers, faux attaquant, vrai programme. Rien ne sort de cette machine.
drill-ok = Réussi : la mairie a continué à servir, aucun fichier perdu.
drill-failed = Échoué : voir ce qui manque ci-dessous.
drill-files = Fichiers : { $total } créés, { $touched } touchés, { $restored } remis en place, { $lost } perdus.
drill-vault = Coffre : réserve détruite, { $touched } fichiers abîmés ou effacés ; { $restored } revenus du coffre en { $time }, { $lost } perdus.
drill-desk = Guichet : { $requests } demandes reçues en ligne, { $kept } rendez-vous honorés, { $taken } nouveaux, { $pages } pages imprimées.
drill-root-yes = Le veilleur avait tous les droits : il nomme l’attaquant et l’arrête.
drill-root-no = Le veilleur n’avait pas les droits d’administrateur : il voit et répare, mais n’arrête pas.
drill-root-none = Personne ne veillait : aucun veilleur dans cet exercice.
drill-when = Combien de temps, à partir du premier fichier touché
drill-ms-alarm = l’alarme est sur la plateforme
drill-ms-stop = l’attaquant est arrêté
drill-ms-page = la page publique le dit
drill-ms-restored = tous les fichiers sont revenus
drill-not-possible = pas possible sans les droits d’administrateur
drill-not-reached = pas atteint
drill-alarm = Qui a été réveillé
drill-alarm-answered = { $name } a répondu ; message remis { $time } après l’alarme, { $count ->
    [0] du premier coup
    [one] après une personne injoignable
   *[other] après { $count } personnes injoignables
}
drill-services = Ce que voient les habitants
drill-before = avant
drill-during = pendant
drill-after = après
drill-checks = Ce qui a été vérifié
drill-yes = oui
drill-no = NON
drill-journal = Main courante : { $entries } lignes, vérifiées ; empreinte { $fingerprint }
drill-journal-bad = Main courante : { $entries } lignes, NON vérifiées
drill-check-calm = Avant l’attaque, la page dit que tout fonctionne
drill-check-heat = La surchauffe du serveur donne une alarme, marquée « simulée »
drill-check-alarm = Les fichiers qui disparaissent donnent une alarme
drill-check-silent-page = Sur une simple alarme, la page dit seulement « nous vérifions »
drill-check-stop = L’attaquant est arrêté
drill-check-bell = Une personne d’astreinte est jointe hors de la mairie, malgré une passerelle en panne, et répond
drill-check-declared = Une personne déclare, avec un code imprimé, en 12 gestes au plus
drill-check-cut-guard = Un serveur est coupé par son veilleur, et confirmé
drill-check-cut-hook = Un serveur est coupé par une commande de l’exploitant, et confirmé
drill-check-cut-hand = Un serveur est débranché à la main, et compte une fois confirmé
drill-check-telephone = Le téléphone est montré en marche
drill-check-untouched = Les services non touchés sont montrés ouverts
drill-check-fallback = La cantine continue sur papier
drill-check-isolated = Le système de l’État est sain mais hors d’atteinte
drill-check-shared = L’équipement partagé touche aussi l’autre collectivité, et elle le sait
drill-check-notice = L’avis officiel porte ses six phrases, dans les deux langues
drill-check-page = La page publique dit l’incident moins d’une seconde après la déclaration
drill-check-restored = Tous les fichiers sont revenus, comparés octet par octet
drill-check-journal = La main courante se vérifie, et une copie modifiée est refusée
drill-check-back = Après la remise en service, la page le dit
drill-check-vault = La réserve détruite, tous les fichiers reviennent du coffre, comparés octet par octet
drill-check-desk = Le guichet reste ouvert : demandes en ligne, rendez-vous honorés et imprimés, nouveaux rendez-vous sur décision
drill-look-at = La mairie reste dans son état de crise. À regarder :
drill-look-page = page publique   { $url }
drill-look-console = console         { $url }
drill-look-code = code à usage unique { $code }
drill-look-stop = Ctrl-C pour arrêter et tout effacer.
