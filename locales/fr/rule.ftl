### La règle de coupure : ce qui est coupé quand personne n’est là pour décider.

rule-title = Règle de coupure
rule-line = La nuit, deux veilleurs qui voient une attaque peuvent couper ce que vous avez signé.
rule-text = La nuit, une attaque va plus vite que les appels. Vous pouvez signer à l’avance ce qui sera coupé si personne n’a décidé.
rule-text-1 = Il faut que deux veilleurs, sur deux serveurs, voient une attaque. Un seul ne coupe rien d’autre que son propre serveur.
rule-text-2 = Un équipement à la fois. Dès qu’une personne décide d’une des deux alarmes, la règle s’arrête.
rule-text-3 = Chaque coupure est inscrite dans la main courante. Une personne peut la lever.
rule-none = Aucune règle : seules les personnes coupent
rule-signed = Signée, en vigueur
rule-since = Depuis { $at }.
rule-pause-line = { $count ->
    [one] Une minute entre deux coupures, dans cet ordre :
   *[other] { $count } minutes entre deux coupures, dans cet ordre :
}
rule-cut-at = Dernière coupure par la règle : { $at }.
rule-next-at = Prochaine coupure si personne ne décide : { $at }.
rule-nothing = Aucun de vos équipements ne peut être coupé sans une main. Dites d’abord comment les couper : par un veilleur ou par une commande préparée.
rule-nothing-go = Voir les équipements
rule-sign-title = Signer une règle
rule-change = Signer une autre règle à la place
rule-assets = Que faut-il couper ?
rule-assets-hint = Cochez ce dont l’arrêt protège le reste ; les services qui en dépendent passent à leur solution de repli
rule-first = En premier
rule-first-hint = Les autres suivent dans l’ordre de la liste
rule-first-any = Dans l’ordre de la liste
rule-pause = Temps entre deux coupures
rule-pause-hint = Laisse une chance à la personne d’astreinte de décider
rule-minutes = { $count ->
    [one] Une minute
   *[other] { $count } minutes
}
rule-sign = Signer la règle
rule-withdraw-title = Retirer la règle
rule-withdraw = Retirer : seules les personnes coupent
rule-who = Seule la direction signe ou retire la règle.
rule-names-none = Cochez au moins un équipement.
rule-first-unnamed = Cochez aussi l’équipement qui doit être coupé en premier.
rule-pause-none = Choisissez le temps entre deux coupures.

journal-cut-rule-signed = Règle de coupure signée
journal-cut-rule-withdrawn = Règle de coupure retirée
journal-cut-by-rule = Coupure par la règle signée
