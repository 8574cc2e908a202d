## Le coffre : les sauvegardes des serveurs, que leurs propres accès ne peuvent pas effacer

menu-vault = Coffre

alarm-kind-vault_silent = Un serveur n’envoie plus ses sauvegardes
alarm-kind-vault_filling = Le coffre se remplit
alarm-kind-vault_full = Le coffre refuse des sauvegardes, faute de place
alarm-kind-vault_tampered = Quelqu’un a voulu effacer ou bloquer des sauvegardes
alarm-kind-vault_damaged = Des sauvegardes du coffre sont abîmées

alarm-vault-server = Serveur
alarm-vault-what = Ce qui s’est passé
alarm-vault-what-delete = Demande d’effacement refusée. Rien n’a été effacé.
alarm-vault-what-config = Réécriture des réglages du dépôt refusée. Rien n’a changé.
alarm-vault-what-key = Ajout d’une clé au dépôt refusé. Rien n’a changé.
alarm-vault-what-locks = Trop de verrous posés : les suivants sont refusés. Retirez-les : restic unlock --remove-all
alarm-vault-what-server = La place de ce serveur est épuisée. Rien n’a été effacé pour en faire.
alarm-vault-what-tenant = La place de la collectivité est épuisée. Rien n’a été effacé pour en faire.
alarm-vault-what-disk = Le disque du coffre est plein. Rien n’a été effacé pour en faire.
alarm-vault-credential = Accès employé
alarm-vault-part = Place occupée
alarm-vault-damaged = Fichiers abîmés
alarm-vault-missing = Fichiers disparus
alarm-vault-healed = Un fichier abîmé a été remplacé par la bonne copie, renvoyée par le serveur.

journal-vault-repository-made = Dépôt créé dans le coffre
journal-vault-credential-made = Accès au coffre créé
journal-vault-credential-revoked = Accès au coffre révoqué
journal-vault-backups-received = Sauvegardes reçues au coffre

vault-title = Coffre
vault-text = Les sauvegardes de chaque serveur, reçues hors de la mairie. L’accès d’un serveur ne permet pas de les effacer.
vault-none = Cette plateforme n’a pas de coffre. Demandez-le à l’opérateur : tant qu’il n’y en a pas, gardez ailleurs une sauvegarde que votre réseau ne peut pas effacer.
vault-empty = Aucun serveur n’envoie ses sauvegardes ici. L’opérateur ouvre un dépôt : beffroi vault add { $code } SERVEUR
vault-state-kept = Reçue
vault-state-silent = En retard
vault-state-never = Jamais reçue
vault-state-damaged = Abîmée
vault-state-closed = Accès révoqué
vault-last = Dernière sauvegarde reçue
vault-last-value = { $when } ({ $ago })
vault-never = Aucune à ce jour
vault-clean = Dernière sauvegarde jugée saine
vault-clean-not = Non jugée : personne n’a regardé si son contenu est sain
vault-proven = Dernière sauvegarde éprouvée
vault-proven-not = Non éprouvée : aucune n’a été restaurée pour l’essai
vault-size = Place occupée
vault-size-value = { $used } sur { $quota } ({ $part } %)
vault-part = { $part } %
vault-time-back = Temps pour tout ramener
vault-time-unknown = Inconnu : aucune restauration n’a été mesurée
vault-damages = Fichiers abîmés
vault-damages-value = { $count ->
    [one] Un seul. L’opérateur le nomme : beffroi vault scrub { $code }
   *[other] { $count }. L’opérateur les nomme : beffroi vault scrub { $code }
}
vault-alarms = Alarmes à décider
vault-all-used = Toute la collectivité : { $used } sur { $quota } ({ $part } %).
vault-without = Sans coffre
vault-without-text = Ce qui n’y est pas ne reviendra pas de là.
vault-without-state = Sans sauvegarde ici
vault-without-none = Chaque serveur connu a son dépôt.
vault-promise = Une sauvegarde reçue n’est pas une sauvegarde saine : un serveur déjà attaqué envoie des fichiers déjà abîmés. Le coffre ne peut pas les lire. Les sauvegardes plus anciennes, elles, restent.

doctor-vault-none = Coffre : aucun. Rien ici ne garde les fichiers des serveurs. Écrivez vault.folder, ou gardez ailleurs une sauvegarde que ce réseau ne peut pas effacer.
doctor-vault-unknown = Coffre : impossible de lire ce qui y a été reçu.
doctor-vault-empty = Coffre : ouvert, mais aucun serveur n’y a de dépôt : beffroi vault add CODE SERVEUR
doctor-vault-never = Coffre : { $count ->
    [one] un serveur n’a
   *[other] { $count } serveurs n’ont
} encore rien envoyé : { $who }. Lancez-y restic, puis programmez-le.
doctor-vault-silent = Coffre : { $count ->
    [one] un serveur n’envoie plus ses
   *[other] { $count } serveurs n’envoient plus leurs
} sauvegardes : { $who }. Allez voir sur place ce que dit restic.
doctor-vault-damaged = Coffre : { $count ->
    [one] un dépôt a
   *[other] { $count } dépôts ont
} des fichiers abîmés : { $who }. Nommez-les : beffroi vault scrub
doctor-vault-filling = Coffre : { $count ->
    [one] un dépôt est presque plein
   *[other] { $count } dépôts sont presque pleins
} : { $who }. Donnez de la place : rien n’y est jamais effacé pour en faire.
doctor-vault-same-disk = Coffre : sur le même disque que les données de la plateforme. Un disque perdu emporterait les deux.
doctor-vault-ok = Coffre : { $count ->
    [one] { $count } serveur y envoie ses
   *[other] { $count } serveurs y envoient leurs
} sauvegardes à l’heure.
