### Ce qui ne va pas dans cette installation, et comment le réparer.

menu-doctor = État de la plateforme
doctor-title = État de la plateforme
doctor-text = Ce que la plateforme a trouvé en s’examinant elle-même, le pire d’abord. Pour l’avoir à jour, tapez « beffroi doctor ».
doctor-age = Examiné le { $at }, { $ago }.
doctor-not-yet = La plateforme ne s’est pas encore examinée : elle le fait quand elle démarre, puis toutes les dix minutes.
doctor-page-stale = Cet examen date : la plateforme tourne-t-elle bien ? Tapez « beffroi doctor » sur son serveur.

severity-broken = À réparer
severity-risky = Risqué
severity-cannot_tell = Impossible à dire
severity-ok = En ordre

size-kilobytes = { $number }{"\u00A0"}Ko
size-megabytes = { $number }{"\u00A0"}Mo
size-gigabytes = { $number }{"\u00A0"}Go

## Machine

doctor-clock-ok = Horloge : elle suit l’heure du réseau.
doctor-clock-backwards = Horloge : elle retarde sur la main courante, dont la dernière ligne est du { $newest }. Remettez-la à l’heure avant toute autre chose.
doctor-clock-differs = Horloge : { $count ->
    [one] un veilleur a { $lasting } d’écart avec elle
   *[other] { $count } veilleurs ont jusqu’à { $lasting } d’écart avec elle
} : { $who }. Vérifiez l’heure des deux côtés.
doctor-clock-alone = Horloge : elle ne suit aucune autre. Tapez : timedatectl set-ntp true
doctor-clock-unknown = Horloge : ce système ne dit pas si elle en suit une autre. Comparez-la à une montre, installez systemd-timesyncd ou chrony.

doctor-disk-unknown = Disque de { $folder } : impossible de savoir la place qui reste.
doctor-disk-full = Disque de { $folder } : plein, il reste { $free }. Libérez de la place maintenant.
doctor-disk-short = Disque de { $folder } : bientôt plein, il reste { $free }. Agrandissez-le ou libérez de la place.
doctor-disk-ok = Disque de { $folder } : il reste { $free }.
doctor-disk-names = Disque de { $folder } : il ne peut plus recevoir que { $count } fichiers. Supprimez-en.
doctor-disk-network = Dossier { $folder } : il est sur une autre machine, la base peut s’y abîmer. Déplacez-le sur un disque d’ici.

doctor-database-closed = Base de données : elle ne s’ouvre pas ({ $why }). Si elle est perdue, voyez docs/guide/restore.md.
doctor-database-unknown = Base de données : PostgreSQL ne se relit pas sur demande. Faites passer pg_amcheck de temps en temps.
doctor-database-ok = Base de données : elle s’ouvre et se relit sans faute.
doctor-database-damaged = Base de données : abîmée ({ $why }). Arrêtez la plateforme, gardez une copie du dossier, restaurez la dernière sauvegarde.
doctor-journal-ok = Main courante : { $count ->
    [one] { $count } vérifiée
   *[other] { $count } vérifiées
} sur { $all }, intactes.
doctor-journal-none = Main courante : aucune à vérifier.
doctor-journal-broken = Main courante : { $count ->
    [one] une a été modifiée
   *[other] { $count } ont été modifiées
} : { $who }. Gardez une copie de tout et appelez votre CSIRT.
doctor-journal-rolled-back = Main courante : un veilleur en connaît une suite qui n’est plus là, pour { $who }. Après une restauration, c’est normal et la ligne « platform_restored » l’explique ; sinon, quelqu’un l’a effacée.

doctor-key-unknown = Clé maîtresse : impossible de lire ses droits. Relancez en tant que propriétaire du dossier.
doctor-key-open = Clé maîtresse : d’autres que son propriétaire peuvent la lire ({ $mode }). Tapez : chmod 600 master.key
doctor-key-ok = Clé maîtresse : lisible par son seul propriétaire.
doctor-key-beside = Clé maîtresse : une copie non scellée est avec les sauvegardes ({ $file }). Supprimez-la de là.

## Ce qui fait tenir la plateforme

doctor-certificate-unreadable = Certificat { $file } : illisible. Remettez-en un bon.
doctor-certificate-past = Certificat { $file } : expiré depuis le { $ended }. Renouvelez-le maintenant.
doctor-certificate-soon = Certificat { $file } : il expire dans { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}. Renouvelez-le.
doctor-certificate-ok = Certificat { $file } : encore { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}.
doctor-door-clear = Adresse publique : en clair, chacun sur le chemin peut lire les codes. Donnez un certificat (doors.certificate, doors.key) et une adresse en https.
doctor-door-ok = Adresse publique : chiffrée.
doctor-door-loopback = Adresse publique : seule cette machine peut l’atteindre. Donnez doors.listen et un certificat, ou nommez le serveur mandataire dans doors.tls_proxies.

doctor-backup-failing = Sauvegarde : elle échoue depuis le { $since } ({ $why }). Levez l’obstacle : elle reprendra d’elle-même.
doctor-backup-none = Sauvegarde de la plateforme : aucune n’est prévue. Tapez « beffroi backup key », puis écrivez [backup] folder, recipient et every_hours = 24.
doctor-backup-never = Sauvegarde de la plateforme : aucune n’a encore réussi. Tapez « beffroi backup » pour voir pourquoi.
doctor-backup-old = Sauvegarde : la dernière date d’il y a { $age }. Tapez « beffroi backup » maintenant.
doctor-backup-ok = Sauvegarde : la dernière date d’il y a { $age }.
doctor-backup-by-hand = Sauvegarde : à la main seulement. Écrivez backup.every_hours = 24.
doctor-backup-unsealed = Sauvegarde { $file } : non scellée, qui la lit a tous les secrets. Scellez avec backup.recipient et détruisez-la.
doctor-backup-copy-failing = Copie de la sauvegarde : elle échoue depuis le { $since } ({ $why }). Levez l’obstacle : elle reprendra d’elle-même.
doctor-backup-copied = Copie de la sauvegarde : elle part vers { $to }.
doctor-backup-not-copied = Copie de la sauvegarde : rien n’est encore arrivé à { $to }.
doctor-backup-same-disk = Sauvegardes : sur le même disque que les données, un seul incendie prend tout. Écrivez backup.push.
doctor-backup-other-disk = Sauvegardes : sur un autre disque, mais dans la même machine. Écrivez backup.push vers une autre.
doctor-backup-disk-unknown = Sauvegardes : impossible de savoir si elles quittent cette machine. Écrivez backup.push.
doctor-rehearsal-never = Restauration : jamais essayée. Tapez : beffroi backup check FICHIER --identity CLÉ
doctor-rehearsal-old = Restauration : essayée il y a { $age }. Refaites-le : beffroi backup check FICHIER --identity CLÉ
doctor-rehearsal-ok = Restauration : essayée avec succès il y a { $age }.
doctor-mirror-none = Copie des pages publiques : aucune. Si cette machine tombe, les habitants ne voient plus rien. Écrivez [mirror].
doctor-mirror-failing = Copie des pages publiques : elle échoue depuis le { $since } ({ $why }). Levez l’obstacle : elle reprendra d’elle-même.
doctor-mirror-never = Copie des pages publiques : aucune n’a encore réussi. Démarrez la plateforme, ou tapez « beffroi mirror push ».
doctor-mirror-old = Copie des pages publiques : elle date d’il y a { $age }, au lieu d’une heure au plus. La plateforme tourne-t-elle ?
doctor-mirror-ok = Copie des pages publiques : à jour, refaite il y a { $age }.

## Qui agirait

doctor-accounts-unknown = Comptes : impossible de les lire.
doctor-towns-none = Aucune collectivité. Ajoutez-en une : beffroi tenant add 59273
doctor-accounts-nobody = Comptes : personne ne pourrait couper ni publier pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Ajoutez une personne et imprimez ses codes.
doctor-accounts-alone = Comptes : une seule personne pourrait agir pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Ajoutez-en une deuxième (direction ou technicien) avec ses codes.
doctor-accounts-ok = Comptes : au moins deux personnes peuvent agir { $count ->
    [one] pour la collectivité
   *[other] pour chacune des { $count } collectivités
}.
doctor-oncall-unknown = Astreinte : impossible de dire si quelqu’un serait appelé cette nuit. Vérifiez la liste.
doctor-oncall-ok = Astreinte : quelqu’un peut être appelé pour chaque collectivité.
doctor-oncall-nobody = Astreinte : personne ne serait appelé pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Inscrivez quelqu’un.
doctor-oncall-test = Astreinte : personne n’a répondu au dernier essai hebdomadaire pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Essayez de nouveau : beffroi oncall test CODE
doctor-beat-none = Battement vers l’extérieur : aucun. Si cette plateforme meurt, personne ailleurs ne le saura : renseignez [beat] url.
doctor-beat-failing = Battement vers l’extérieur : il échoue depuis le { $since } ({ $why }). Levez l’obstacle : il reprendra de lui-même.
doctor-beat-ok = Battement vers l’extérieur : entendu.
doctor-envelope-unknown = Enveloppes : impossible de dire si elles sont imprimées. Ouvrez-en une et vérifiez.
doctor-envelope-missing = Enveloppes : aucune n’est imprimée pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Imprimez-la : beffroi staff kit CODE
doctor-envelope-stale = Enveloppes : périmées pour { $count ->
    [one] une collectivité
   *[other] { $count } collectivités
} : { $who }. Imprimez-les de nouveau : beffroi staff kit CODE
doctor-envelope-ok = Enveloppes : imprimées et à jour.
doctor-outbox-unknown = Travaux en attente : impossible de les lire.
doctor-outbox-ok = Travaux en attente : aucun n’a été abandonné.
doctor-outbox-given-up = { $count ->
    [one] Un envoi ou une coupure a été abandonné
   *[other] { $count } envois ou coupures ont été abandonnés
} après de nombreux essais. Voyez le journal du programme et refaites-le à la main.
doctor-guards-unknown = Veilleurs : impossible de les lire.
doctor-guards-silent = Veilleurs : { $count ->
    [one] un ne répond plus
   *[other] { $count } ne répondent plus
} : { $who }. Allez voir le serveur, ou révoquez-le s’il n’existe plus.
doctor-guards-observe = Veilleurs : { $count ->
    [one] un observe
   *[other] { $count } observent
} seulement et n’arrêteront rien : { $who }. Relancez avec --mode protect.
doctor-guards-level = Veilleurs : { $count ->
    [one] un ne voit
   *[other] { $count } ne voient
} les changements qu’après coup : { $who }. Lancez-le en tant que root sur un noyau récent.
doctor-guards-gap = Veilleurs : { $count ->
    [one] un serveur n’est plus surveillé
   *[other] { $count } serveurs ne sont plus surveillés
}, son veilleur est révoqué : { $who }. Inscrivez-en un nouveau.
doctor-guards-none = Veilleurs : aucun. Les serveurs de fichiers ne sont pas surveillés : beffroi guard invite CODE
doctor-guards-ok = Veilleurs : { $count ->
    [one] { $count } répond et protège
   *[other] { $count } répondent et protègent
}.

## Où se tient cette machine

doctor-joined-unknown = Annuaire : impossible de dire si cette machine en dépend.
doctor-joined-not = Annuaire : rien n’indique que cette machine y soit rattachée.
doctor-joined = Annuaire : cette machine semble rattachée à un annuaire de comptes ({ $signs }). Qui tient l’annuaire la tient : détachez-la.
doctor-hypervisor-unknown = Hyperviseur : impossible de dire si cette machine est virtuelle.
doctor-hypervisor-not = Hyperviseur : cette machine semble réelle.
doctor-hypervisor-same = Hyperviseur : cette machine tourne sur { $product }, comme { $name } dans vos équipements. Si c’est le même, elle tombera avec la mairie : déplacez-la.
doctor-hypervisor-some = Hyperviseur : cette machine est virtuelle ({ $product }). Vérifiez qu’elle n’est pas dans les murs de la mairie.
doctor-name-none = Nom public : aucun. Écrivez doors.public_url, ce que les habitants tapent.
doctor-name-nowhere = Nom public : { $url } ne mène nulle part depuis ici. Vérifiez le nom chez votre hébergeur de noms.
doctor-name-private = Nom public : { $url } mène à une adresse privée ({ $address }), que les habitants n’atteindront pas de chez eux.
doctor-name-ok = Nom public : { $url } mène à une adresse publique.
doctor-resolver-unknown = Résolution des noms : impossible de lire qui est interrogé.
doctor-resolver-private = Résolution des noms : cette machine interroge un serveur privé ({ $address }). S’il est à la mairie, elle sera sourde avec elle : prenez-en un dehors.
doctor-resolver-here = Résolution des noms : faite sur cette machine. Vérifiez qui elle interroge ensuite.
doctor-resolver-ok = Résolution des noms : par des serveurs extérieurs.

## Sur les pages copiées ailleurs

page-copy = Copie de secours : elle dit ce qui était vrai à ce moment. Plus de deux heures ont passé ? Renseignez-vous avant de vous déplacer.
