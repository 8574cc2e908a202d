### Ce que disent les veilleurs, pour le personnel.

guard-letter-a = A : chaque écriture est vue avant d’avoir lieu
guard-letter-b = B : chaque ouverture est vue avant d’avoir lieu
guard-letter-c = C : les changements sont vus après coup ; personne n’est nommé ni arrêté

guard-mode-observe = Observe : dit ce qu’il aurait fait
guard-mode-protect = Protège : refuse, retient, arrête

guard-hole-not_root = Ne tourne pas en administrateur (root)
guard-hole-no_fanotify = Le système ne permet pas de surveiller les ouvertures (fanotify)
guard-hole-no_actor = Ne peut pas nommer l’auteur
guard-hole-no_stop = Ne peut pas arrêter l’auteur
guard-hole-deletions_after_the_fact = Les suppressions sont comptées après coup : certaines passent avant l’arrêt
guard-hole-moves_after_the_fact = Les fichiers déplacés sont comptés après coup ; les suppressions sont arrêtées sur le moment
guard-hole-truncate_by_path = Un fichier vidé par son chemin n’est vu qu’après coup
guard-hole-opened_before = Un fichier ouvert avant le démarrage du veilleur peut être réécrit sans être vu
guard-hole-hard_links_elsewhere = Un fichier atteint par un autre lien, hors des dossiers surveillés, n’est pas vu
guard-hole-no_earlier_content = Le contenu précédent d’un fichier réécrit sur place n’est pas gardé
guard-hole-no_reserve = Pas de réserve sur ce disque : un fichier disparu y reste perdu
guard-hole-mounted_below = Un disque monté sous un dossier surveillé est d’un type qui n’est pas surveillé
guard-hole-rings = Qui écrit par un anneau (io_uring) peut être pris pour quelqu’un qui lit
guard-hole-nfs_server = Par NFS, servi par le noyau, un fichier peut être vidé sans être vu, et son auteur n’est pas connu
guard-hole-no_cut = Ne peut pas couper son serveur du réseau
guard-hole-no_temperature = Ne lit aucune température
guard-hole-no_pressure = Ne lit pas la charge du serveur
guard-hole-observe_only = Observe seulement : personne n’a encore activé la protection
guard-hole-unknown = Une limite que cette version ne connaît pas : mettez la plateforme à jour

guard-suspicion-mass_disappearance = Disparition de fichiers en masse
guard-suspicion-mass_rewriting = Réécriture de fichiers en masse
guard-suspicion-vital_signs = Serveur chaud ou saturé
guard-suspicion-reserve_full = Réserve pleine : la suite ne pourrait pas être rendue
guard-suspicion-events_lost = Événements perdus : quelque chose a pu échapper
guard-suspicion-order_refused = Ordre suspect refusé
guard-suspicion-guard_restarted = Veilleur arrêté puis relancé : personne n’a veillé entre-temps
guard-suspicion-decoy_touched = Leurre touché : quelqu’un a modifié, renommé ou supprimé un fichier que personne n’a à ouvrir
guard-suspicion-decoy_down = Le partage du leurre s’est arrêté ; il a été relancé
guard-suspicion-unknown = Soupçon que cette version ne connaît pas : mettez la plateforme à jour

alarm-outcome-observed = Signalé, rien de plus
alarm-outcome-held = Auteur mis en pause
alarm-outcome-stopped = Auteur arrêté
alarm-outcome-released = Auteur mis en pause, puis relâché : aucun second signe n’est venu
alarm-outcome-let_go = Auteur relâché par une personne
alarm-outcome-client_cut = Poste client coupé, sa connexion terminée ; les autres continuent
alarm-outcome-denied_only = Auteur laissé en marche, accès aux fichiers refusés
alarm-outcome-not_stopped = Auteur non arrêté
alarm-outcome-unknown = Suite inconnue : allez voir le serveur

guard-signal-existing_file_gone = Un fichier déjà là a disparu
guard-signal-content_transformed = Un contenu est devenu illisible
guard-signal-blocks_transformed = Des parties d’un fichier sont devenues illisibles
guard-signal-content_wiped = Un contenu a été effacé par écrasement
guard-signal-content_emptied = Un contenu a été vidé
guard-signal-structure_broken = Un document, une archive ou une image a été abîmé
guard-signal-same_new_extension = Des fichiers ont reçu la même nouvelle extension
guard-signal-canary_touched = Un fichier que personne n’a de raison de toucher a été modifié
guard-signal-canary_gone = Un fichier que personne n’a de raison de toucher a été supprimé
guard-signal-same_note = La même note a été laissée dans plusieurs dossiers
guard-signal-vital_signs = Chaleur ou charge au même moment
guard-signal-bait_touched = Un fichier du leurre a été touché
guard-signal-unknown = Signe que cette version ne connaît pas

guard-touch-deleted = Supprimé
guard-touch-renamed_away = Renommé ou déplacé
guard-touch-rewritten = Réécrit
guard-touch-dropped = Laissé par l’auteur
guard-touch-unknown = Touché d’une façon inconnue

order-outcome-done = Fait, et vérifié
order-outcome-bad_signature = Refusé : la signature n’est pas celle de la plateforme
order-outcome-other_guard = Refusé : destiné à un autre veilleur
order-outcome-old_sequence = Refusé : plus ancien qu’un ordre déjà suivi
order-outcome-expired = Refusé : arrivé trop tard
order-outcome-unknown_alarm = Refusé : cette alarme n’existe pas ici
order-outcome-no_means = Pas fait : les moyens manquent sur ce serveur
order-outcome-failed = Tenté, sans succès
order-outcome-unknown = Suite inconnue : allez voir le serveur

guard-let-go-title = Laisser continuer l’auteur
guard-let-go-text = L’auteur mis en pause, arrêté ou coupé pour l’alarme choisie ci-dessus reprend son travail. Ce qu’il a touché reste gardé et peut être remis. S’il abîme d’autres fichiers, il est arrêté de nouveau.
guard-let-go = Laisser continuer
done-let-go = L’ordre est envoyé. Le veilleur laisse continuer l’auteur dans quelques instants.

maintenance-title = Annoncer un travail qui supprime beaucoup de fichiers
maintenance-text = Pendant le temps annoncé, personne n’est interrogé sur les fichiers qu’un utilisateur de ce serveur supprime ou renomme : purge annuelle, déménagement du partage. Tout reste gardé et peut être remis ; un chiffrement est arrêté comme toujours. Aucun programme n’est cru sur son nom : dites sous quel utilisateur le travail s’exécute.
maintenance-user = Numéro de cet utilisateur sur le serveur (commande : id -u NOM)
maintenance-from = Début
maintenance-from-hint = Date et heure, par exemple 2026-11-28 02:00
maintenance-from-wrong = Écrivez une date et une heure, par exemple 2026-11-28 02:00
maintenance-minutes = Durée en minutes (0 retire ce qui était annoncé pour cet utilisateur)
maintenance-days = Nombre de jours, à la même heure
maintenance-number = Écrivez un nombre entier, { $max } au plus
maintenance-announce = Annoncer
maintenance-line = Utilisateur { $user }, à partir du { $from } : { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}, { $days ->
    [one] une seule fois
   *[other] pendant { $days } jours
}
done-announced = L’ordre est envoyé. Le veilleur le prend en compte dans quelques instants.
