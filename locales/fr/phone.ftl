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
