### Les lignes de téléphone, telles que les usagers les rencontrent, et l’écran qui les tient à jour.

## Sur la page publique

phone-dead = { $which ->
    [one] Ce numéro ne répond pas.
   *[several] Le { $number } ne répond pas.
}
phone-dead-instead = { $which ->
    [one] Ce numéro ne répond pas : composez le <a>{ $instead }</a>.
   *[several] Le { $number } ne répond pas : composez le <a>{ $instead }</a>.
}
phone-doubtful = { $which ->
    [one] Ce numéro peut ne pas répondre.
   *[several] Le { $number } peut ne pas répondre.
}
phone-doubtful-instead = { $which ->
    [one] Ce numéro peut ne pas répondre : composez plutôt le <a>{ $instead }</a>.
   *[several] Le { $number } peut ne pas répondre : composez plutôt le <a>{ $instead }</a>.
}
phone-now-instead = Appelez le <a>{ $phone }</a> : le numéro habituel ne répond pas.
phone-now-some-dead = Venez comme d’habitude. Avant d’appeler, regardez <a>la liste</a> : un numéro au moins ne répond pas.

## Un mot pour chaque état

line-state-works = Répond
line-state-down = Ne répond pas
line-state-unknown = Inconnu

## L’écran des lignes

phones-title = Lignes de téléphone
phones-text = Dites ici ce qui répond. La page publique, l’affiche et le répondeur suivent.
phones-none = Aucune ligne n’est encore décrite.
phones-on-no-line = Numéros sans ligne
phones-on-no-line-text = Ces numéros sont affichés aux habitants. Tant qu’ils ne sont sur aucune ligne, ils suivent l’état de la téléphonie.
phones-add-this = Décrire la ligne { $number }
phones-back = Revenir aux lignes
phone-number = Numéro
phone-number-hint = Comme 03 28 51 34 34
phone-bad-number = Écrivez un seul numéro, comme 03 28 51 34 34
phone-number-taken = Une autre ligne a déjà ce numéro
phone-too-many = Il y a trop de lignes : retirez-en d’abord
phone-label = Nom de la ligne
phone-label-hint = Pour le personnel : standard, astreinte…
phone-label-missing = Donnez un nom à cette ligne
phone-instead = Numéro à composer à la place
phone-instead-hint = Public : les habitants le lisent quand la ligne ne répond pas. N’écrivez pas un mobile personnel.
phone-instead-same = Écrivez un autre numéro que celui de la ligne
phone-instead-is = À composer à la place : { $number }
phone-instead-dead = À composer à la place : { $number }, mais il ne répond pas non plus
phone-state = Que fait cette ligne ?
phone-state-title = Dire si elle répond
phone-state-hint = Appelez-la, puis dites ce que vous entendez
phone-state-go = Enregistrer l’état
phone-since = Depuis : { $when }
phone-follows = Suit l’état de la téléphonie : appelez la ligne, puis dites si elle répond.
phone-used-by = Sert à : { $names }
phone-about-title = Numéro et renvoi
phone-forward = Renvoi
phone-forward-hint = Pour le personnel seulement : imprimé dans l’enveloppe, jamais montré aux habitants
phone-forward-who = Qui le met en place
phone-forward-mobile = Vers quel téléphone
phone-forward-how = Comment
phone-forward-how-hint = Ce qu’il faut taper, ou qui appeler
phone-forward-is = Renvoi : { $who } vers { $mobile } ({ $how })
phone-add-title = Ajouter une ligne
phone-add = Ajouter la ligne
phone-remove-title = Retirer cette ligne
phone-remove-text = Son numéro suivra de nouveau l’état de la téléphonie.
phone-remove = Retirer la ligne
journal-phone-line-added = Ligne de téléphone ajoutée
journal-phone-line-about = Ligne de téléphone décrite
journal-phone-line-state = État d’une ligne de téléphone
journal-phone-line-forward = Renvoi d’une ligne de téléphone changé
journal-phone-line-removed = Ligne de téléphone retirée
done-line = La ligne est enregistrée. La page publique suit.
