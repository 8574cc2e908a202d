### La répétition : une personne, seule, joue les vingt premières minutes sur une copie de la mairie.

rehearsal-band = EXERCICE
rehearsal-band-text = Rien n’est réel, rien n’est envoyé.
rehearsal-band-count = Étape { $number } sur { $total }
rehearsal-band-all = Toutes les étapes sont faites.
rehearsal-band-wait = Attendez : une alarme va arriver.
rehearsal-band-phone = Votre téléphone vient de recevoir :
rehearsal-band-more = Où j’en suis, terminer

rehearsal-step-log_in = Entrer avec un code imprimé
rehearsal-step-answer = Répondre à l’alarme
rehearsal-step-declare = Déclarer l’incident
rehearsal-step-card = Lire la fiche réflexe
rehearsal-step-cut = Couper un équipement et le confirmer
rehearsal-step-draft = Préparer l’avis aux habitants
rehearsal-step-tell = Publier l’avis
rehearsal-step-sheets = Ouvrir ce qui s’imprime

rehearsal-do-log_in = Sur un téléphone, ouvrez l’adresse de la console et tapez un code imprimé.
rehearsal-do-answer = Ouvrez le lien du message et dites que vous prenez l’alarme en charge. Le bouton se trouve aussi sur la page de l’alarme.
rehearsal-do-declare = Ouvrez l’alarme, puis « Déclarer un incident ». Relisez les conséquences avant de confirmer.
rehearsal-do-card = Ouvrez « Fiche réflexe » depuis la page « Aujourd’hui », et lisez-la jusqu’au bout.
rehearsal-do-cut = Choisissez un équipement, faites-le couper, puis confirmez comme si vous aviez débranché le câble.
rehearsal-do-draft = Ouvrez « Avis publics », préparez l’avis et enregistrez-le.
rehearsal-do-tell = Relisez l’avis sur la vraie page, puis publiez-le.
rehearsal-do-sheets = Ouvrez « Se préparer », puis l’affiche de la porte ou la consigne aux agents.

rehearsal-done = { $step } : fait en { $took }.
rehearsal-late = { $step } : fait en { $took } ; visez { $goal } min après l’alarme.
rehearsal-not-done = { $step } : pas fait.

rehearsal-gap-nobody_on_call = Personne n’est d’astreinte dans la vraie liste : ajoutez au moins deux personnes.
rehearsal-gap-envelope_stale = L’enveloppe cyber manque ou n’est plus à jour : imprimez-la.
rehearsal-gap-one_actor = Une seule personne peut agir : ouvrez un compte à une deuxième.
rehearsal-gap-service_details = { $count ->
    [one] Un service n’a pas tout ce que cherchent les habitants : lieu, horaires, numéro.
   *[other] { $count } services n’ont pas tout ce que cherchent les habitants : lieu, horaires, numéro.
}
rehearsal-gap-service_needs = { $count ->
    [one] Personne n’a dit de quoi dépend un service : dites-le.
   *[other] Personne n’a dit de quoi dépendent { $count } services : dites-le.
}
rehearsal-gap-cut_means = { $count ->
    [one] Personne n’a dit comment couper un équipement : dites-le.
   *[other] Personne n’a dit comment couper { $count } équipements : dites-le.
}
rehearsal-gap-open_alarms = { $count ->
    [one] Une vraie alarme attend une décision : ouvrez-la.
   *[other] { $count } vraies alarmes attendent une décision : ouvrez-les.
}

rehearsal-title = Répétition
rehearsal-over = Répétition terminée
rehearsal-lede = Vous jouez les vingt premières minutes d’une attaque, seul, sur une copie de la mairie. L’alarme, les fichiers et les messages sont faux ; les écrans sont les vrais.
rehearsal-steps = Vos étapes
rehearsal-now = À faire maintenant
rehearsal-end = Terminer et voir le bilan
rehearsal-end-text = Vous pouvez terminer à tout moment. Le bilan dit ce qui a bien marché et ce qu’il faut changer.
rehearsal-well = Ce qui a bien marché
rehearsal-well-none = Aucune étape n’a été faite à temps. Recommencez la semaine prochaine : c’est fait pour cela.
rehearsal-change = Ce qu’il faut changer
rehearsal-change-none = Rien : recommencez dans six mois, avec une autre personne.
rehearsal-print = Imprimez ce bilan ou photographiez-le : la copie est effacée à la fin.
rehearsal-how = Comment répéter
rehearsal-how-text = Une personne, seule, joue les vingt premières minutes d’une attaque sur une copie de la mairie. Rien n’est envoyé. Sur la machine de la plateforme, l’exploitant tape :
rehearsal-last = Dernières répétitions
rehearsal-last-none = Personne n’a encore répété ici.
rehearsal-last-line = { $role } : { $good } étapes sur { $total } à temps, en { $minutes } min
rehearsal-ready = La répétition est prête. Rien n’est réel, rien n’est envoyé ; la copie est effacée à la fin.
rehearsal-address = adresse        { $url }
rehearsal-code = code imprimé   { $code }
rehearsal-second = code de plus   { $code } (demandé avant de couper ou de publier)
rehearsal-public = page publique  { $url }
rehearsal-phone = Votre téléphone vient de recevoir : { $text }
rehearsal-stop = Terminez depuis la console, ou ici avec Ctrl-C.
rehearsal-time-up = Le temps est écoulé.
rehearsal-leave = La copie reste ouverte pour lire le bilan. Ctrl-C l’efface.
rehearsal-line = Vingt minutes, une personne, sur une copie ; rien n’est envoyé.
todo-rehearsal = Personne n’a répété depuis six mois : faites-le.

journal-rehearsal-done = Répétition jouée
