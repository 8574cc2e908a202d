## Le coffre : les sauvegardes des serveurs, que leurs propres accès ne peuvent pas effacer

menu-vault = Coffre

alarm-kind-vault_silent = Un serveur n’envoie plus ses sauvegardes
alarm-kind-vault_filling = Le coffre se remplit
alarm-kind-vault_full = Le coffre refuse des sauvegardes, faute de place
alarm-kind-vault_tampered = Quelqu’un a voulu effacer ou bloquer des sauvegardes
alarm-kind-vault_damaged = Des sauvegardes du coffre sont abîmées
alarm-kind-vault_suspect = Une sauvegarde paraît suspecte
alarm-kind-vault_bad = Une sauvegarde contient des fichiers détruits
alarm-kind-vault_unusual = Un serveur envoie bien plus que d’habitude

alarm-vault-server = Serveur
alarm-vault-what = Ce qui s’est passé
alarm-vault-what-delete = Demande d’effacement refusée. Rien n’a été effacé.
alarm-vault-what-config = Réécriture des réglages du dépôt refusée. Rien n’a changé.
alarm-vault-what-key = Ajout d’une clé au dépôt refusé. Rien n’a changé.
alarm-vault-what-sheet = Remplacement de la fiche de récupération refusé. Rien n’a changé.
alarm-vault-what-locks = Trop de verrous posés : les suivants sont refusés. Retirez-les : restic unlock --remove-all
alarm-vault-what-server = La place de ce serveur est épuisée. Rien n’a été effacé pour en faire.
alarm-vault-what-tenant = La place de la collectivité est épuisée. Rien n’a été effacé pour en faire.
alarm-vault-what-disk = Le disque du coffre est plein. Rien n’a été effacé pour en faire.
alarm-vault-what-verdict = Le serveur a voulu juger ses propres sauvegardes : refusé. Rien n’a changé.
alarm-vault-what-inspector = L’accès d’un inspecteur a voulu écrire ou effacer : refusé. Rien n’a changé.
alarm-vault-snapshot = Sauvegarde
alarm-vault-reasons = Ce qui a été trouvé
alarm-vault-credential = Accès employé
alarm-vault-part = Place occupée
alarm-vault-damaged = Fichiers abîmés
alarm-vault-missing = Fichiers disparus
alarm-vault-healed = Un fichier abîmé a été remplacé par la bonne copie, renvoyée par le serveur.

journal-vault-repository-made = Dépôt créé dans le coffre
journal-vault-credential-made = Accès au coffre créé
journal-vault-credential-revoked = Accès au coffre révoqué
journal-vault-sheet-printed = Fiche de récupération du coffre imprimée
journal-vault-password-sealed = Mot de passe du coffre scellé pour la fiche de la ville
journal-vault-sheet-proven = Fiche de récupération du coffre éprouvée
journal-vault-password-opened = Mot de passe du coffre ouvert avec la fiche de la ville
journal-vault-backups-received = Sauvegardes reçues au coffre
journal-vault-backup-judged = Sauvegarde jugée
journal-vault-backup-proven = Sauvegarde éprouvée par une restauration d’essai

vault-title = Coffre
vault-text = Les sauvegardes de chaque serveur, reçues hors de la mairie. L’accès d’un serveur ne permet pas de les effacer.
vault-none = Cette plateforme n’a pas de coffre. Demandez-le à l’opérateur : tant qu’il n’y en a pas, gardez ailleurs une sauvegarde que votre réseau ne peut pas effacer.
vault-empty = Aucun serveur n’envoie ses sauvegardes ici. L’opérateur ouvre un dépôt : beffroi vault add { $code } SERVEUR
vault-state-kept = Reçue
vault-state-clean = Reçue et saine
vault-state-suspect = Suspecte
vault-state-bad = Fichiers détruits
vault-state-silent = En retard
vault-state-never = Jamais reçue
vault-state-damaged = Abîmée
vault-state-closed = Accès révoqué
vault-last = Dernière sauvegarde reçue
vault-last-value = { $when } ({ $ago })
vault-never = Aucune à ce jour
vault-clean = Dernière sauvegarde jugée saine
vault-clean-value = { $when } ({ $ago })
vault-clean-none = Aucune : toutes celles qui ont été jugées sont suspectes ou pires
vault-clean-not = Non jugée : personne n’a regardé si son contenu est sain
vault-proven = Dernière sauvegarde éprouvée
vault-proven-not = Non éprouvée : aucune n’a été restaurée pour l’essai
vault-proven-value = { $when } ({ $ago }) : { $count ->
    [one] un fichier est revenu
   *[other] { $count } fichiers sont revenus
}, tous comparés
vault-proven-old = { $when } ({ $ago }) : plus de 35 jours. Refaites une restauration d’essai : beffroi vault drill
vault-doubt = Depuis, en doute
vault-doubt-suspect = Suspecte, reçue { $when } ({ $ago }) : regardez-la.
vault-doubt-bad = Fichiers détruits, reçue { $when } ({ $ago }). Ne la restaurez pas.
vault-reason-turned = { $count ->
    [one] Un fichier lisible ne l’est plus.
   *[other] { $count } fichiers lisibles ne le sont plus.
}
vault-reason-turned-lately = { $count ->
    [one] Un fichier lisible ne l’est plus, sur les trente dernières sauvegardes saines.
   *[other] { $count } fichiers lisibles ne le sont plus, sur les trente dernières sauvegardes saines.
}
vault-reason-gone-for-noise = { $count ->
    [one] Un fichier lisible a disparu là où un fichier illisible est venu.
   *[other] { $count } fichiers lisibles ont disparu là où des fichiers illisibles sont venus.
}
vault-reason-renamed = { $count ->
    [one] Un fichier a reçu une terminaison inconnue.
   *[other] { $count } fichiers ont reçu la même terminaison inconnue.
}
vault-reason-gone = { $count ->
    [one] Un fichier a disparu.
   *[other] { $count } fichiers ont disparu.
}
vault-reason-emptied = { $count ->
    [one] Un fichier a été vidé.
   *[other] { $count } fichiers ont été vidés.
}
vault-reason-unreadable = { $count ->
    [one] Un fichier tiré au sort n’est pas ce que dit son nom.
   *[other] { $count } fichiers tirés au sort ne sont pas ce que dit leur nom.
}
vault-reason-missing = { $count ->
    [one] Une partie de fichier manque ou est abîmée.
   *[other] { $count } parties de fichiers manquent ou sont abîmées.
}
vault-reason-not-restored = { $count ->
    [one] Un fichier n’est pas revenu à la restauration d’essai.
   *[other] { $count } fichiers ne sont pas revenus à la restauration d’essai.
}
vault-reason-first = Rien à quoi la comparer : aucune sauvegarde saine des mêmes dossiers.
vault-volume = Volume reçu
vault-volume-unusual = Inhabituel : bien plus que les autres jours semblables
vault-volume-gross = Hors de proportion : comme si presque tout avait changé. Regardez ce que fait ce serveur.
vault-sheet = Fiche de récupération
vault-sheet-none = Aucune : le mot de passe disparaît avec le serveur. Imprimez-la sur le serveur : beffroi vault init
vault-sheet-printed = Imprimée { $when }, non éprouvée : recopiez son code de contrôle ci-dessous
vault-sheet-proven = Gardée : son code a été recopié { $when } ({ $ago })
vault-sheet-code = Code de contrôle de la fiche
vault-sheet-code-hint = Il est sur la fiche imprimée : douze lettres et chiffres. Il prouve que quelqu’un tient la fiche en main.
vault-sheet-prove = Éprouver la fiche
vault-sheet-wrong = Ce n’est pas le code de cette fiche. Recopiez-le tel qu’il est imprimé pour ce serveur.
vault-sheet-done = Fiche éprouvée : elle est gardée.
vault-sealed = Fiche de récupération du guichet
vault-sealed-yes = Elle ouvre aussi ces sauvegardes
vault-sealed-no = N’ouvre pas encore ces sauvegardes
vault-seal-with = Pour que la fiche de récupération du guichet ouvre aussi les sauvegardes d’un serveur, tapez sur ce serveur :
vault-size = Place occupée
vault-size-value = { $used } sur { $quota } ({ $part } %)
vault-part = { $part } %
vault-time-back = Temps pour tout ramener
vault-time-unknown = Inconnu : aucune restauration n’a été mesurée
vault-time-value = { $time }, pour { $size }, à la vitesse de la dernière restauration d’essai
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
vault-promise = Une sauvegarde reçue n’est pas une sauvegarde saine : un serveur déjà attaqué envoie des fichiers déjà abîmés. Le coffre ne peut pas les lire ; un inspecteur, sur une autre machine, le peut. Les sauvegardes plus anciennes, elles, restent.

vault-back = Ce qui reviendrait
vault-back-title = Ce qui reviendrait : { $server }
vault-back-ready = Prête à revenir
vault-back-unready = Rien de sûr
vault-back-clean = La sauvegarde reçue { $when } ({ $ago }), jugée saine
vault-back-nothing = Rien : ce serveur n’a encore rien envoyé
vault-back-none-clean = Aucune sauvegarde n’est jugée saine. Regardez-les une à une avant de restaurer.
vault-back-not-judged = Personne n’a jugé ces sauvegardes. Choisissez-en une d’avant l’attaque, pas simplement la dernière.
vault-back-snapshot = Son nom
vault-back-lost = Ce qui manquerait
vault-back-lost-value = Tout ce qui a été écrit depuis : { $time }
vault-back-newer = Plus récentes, non jugées
vault-back-newer-value = { $count ->
    [one] Une sauvegarde. L’inspecteur la juge à son prochain passage.
   *[other] { $count } sauvegardes. L’inspecteur les juge à son prochain passage.
}
vault-back-type = Ce qu’il faut taper
vault-back-where = Sur le serveur, ou sur une machine saine avec sa fiche de récupération. Prenez la première ligne qui convient.
vault-back-judge = Faire juger ce qui est arrivé, depuis la machine de l’inspecteur :
vault-back-before = Sans l’attendre : celle d’avant l’attaque, sur le serveur ; d’abord sans rien toucher, puis sans « --plan » :
vault-back-between = Seulement ce qui a été perdu ou changé depuis ; d’abord sans rien toucher, puis sans « --plan » :
vault-back-order = Ce dont chaque service public a besoin revient dans l’ordre si ce fichier est sur le serveur :
vault-back-unordered = Rien ne dit quel dossier sert à quel service : tout revient dans l’ordre des noms. Dites-le sur la page de l’équipement, « Dossiers ».
vault-back-plan = Tout, à sa place ; d’abord sans rien toucher, puis sans « --plan » :
vault-back-all = Tout, à côté, dans un dossier :
vault-back-restic = La même chose avec restic seul :
vault-back-promise = Ce qui gêne n’est jamais écrasé : c’est mis à côté. Chaque fichier est comparé à ce qui a été sauvegardé. « Saine » veut dire qu’un inspecteur n’a rien trouvé, pas qu’il n’y a rien.
vault-back-return = Revenir au coffre

vault-judge = Dire ce qu’il en est
vault-judge-text = Vous avez regardé les fichiers en doute : votre parole l’emporte sur celle de l’inspecteur, et le journal garde les deux.
vault-judge-verdict = Cette sauvegarde est
vault-judge-wrong = Choisissez une sauvegarde reçue, et ce qu’il en est.
vault-judge-done = C’est dit : votre parole l’emporte.
vault-verdict-none = non jugée
vault-verdict-clean = saine
vault-verdict-suspect = suspecte
vault-verdict-bad = fichiers détruits

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
doctor-vault-bad = Coffre : { $count ->
    [one] un serveur a
   *[other] { $count } serveurs ont
} envoyé des fichiers détruits : { $who }. Page Coffre, « Ce qui reviendrait ».
doctor-vault-suspect = Coffre : { $count ->
    [one] un serveur a
   *[other] { $count } serveurs ont
} une sauvegarde suspecte : { $who }. Regardez les fichiers cités par beffroi vault inspect, puis dites ce qu’il en est : beffroi vault judge
doctor-vault-unjudged = Coffre : personne ne juge les sauvegardes de { $count ->
    [one] un serveur
   *[other] { $count } serveurs
} : { $who }. Installez un inspecteur sur une autre machine : beffroi vault add --inspector
doctor-vault-unproven = Coffre : { $count ->
    [one] un serveur n’a eu
   *[other] { $count } serveurs n’ont eu
} aucune restauration d’essai depuis 35 jours : { $who }. Faites-en une : beffroi vault drill
doctor-vault-trash-lost = Coffre : la corbeille contient des sauvegardes que la base de données ignore, car elle est plus ancienne que leur élagage : { $who }. Pour les connaître : beffroi vault trash list
doctor-vault-trash-failed = Coffre : la vérification qui a suivi un élagage a trouvé des manques : { $who }. Remettez tout en place : beffroi vault trash undo
doctor-vault-trash-unchecked = Coffre : une corbeille attend d’être vidée : { $who }. Faites vérifier le dépôt par quelqu’un d’autre que celui qui a proposé l’élagage : beffroi vault check --tell
doctor-vault-filling = Coffre : { $count ->
    [one] un dépôt est presque plein
   *[other] { $count } dépôts sont presque pleins
} : { $who }. Donnez de la place : rien n’y est jamais effacé pour en faire.
doctor-vault-same-disk = Coffre : sur le même disque que les données de la plateforme. Un disque perdu emporterait les deux.
doctor-vault-ok = Coffre : { $count ->
    [one] { $count } serveur y envoie ses
   *[other] { $count } serveurs y envoient leurs
} sauvegardes à l’heure.

## La fiche de récupération d’un serveur

recovery-brand = Coffre de Beffroi
recovery-title = Fiche de récupération : { $place }
recovery-lede = Elle ouvre les sauvegardes de ce serveur quand le serveur lui-même est perdu.
recovery-printed = Imprimée le { $at }.
recovery-keep-title = Gardez-la sous clé, loin du serveur
recovery-keep = Qui tient cette fiche peut lire toutes les sauvegardes du serveur. Ne la photographiez pas, ne la copiez pas. Effacez le fichier dont elle vient. Sans elle et sans le serveur, personne ne peut rien relire : ni vous, ni l’opérateur.
recovery-password = Mot de passe du dépôt
recovery-password-how = Avec restic, tapez-le tel quel : majuscules et tirets compris. Il ne contient ni la lettre O, ni la lettre I, ni la lettre L.
recovery-address = Adresse du dépôt, avec son accès
recovery-address-how = Si l’accès a été révoqué, l’opérateur en donne un autre ; le mot de passe, lui, ne change pas.
recovery-square = Carré à viser pour lire l’adresse
recovery-code = Code de contrôle
recovery-code-how = Recopiez-le dès aujourd’hui dans la console, page Coffre : tant que personne ne l’a fait, la fiche compte comme perdue. Ou, sur la plateforme :
recovery-restore = Tout ramener, avec restic seul
recovery-restore-1 = Prenez un ordinateur sain et installez-y restic.
recovery-restore-2 = Écrivez l’adresse dans un fichier « address », le mot de passe dans un fichier « password ».
recovery-restore-3 = Tapez, en remplaçant ID par la sauvegarde choisie :
recovery-choose = Prenez une sauvegarde d’avant l’attaque, pas simplement la dernière. Avec Beffroi installé : « beffroi vault restore » ramène les mêmes fichiers et garde à côté ce qui gêne.
recovery-gone = Si la plateforme n’existe plus mais que son disque est là
recovery-gone-how = Le dépôt y est rangé comme restic le range lui-même. Adaptez le dossier :
recovery-kept-where = Gardée à (lieu)
recovery-kept-by = Par (nom, signature)
