### Les phrases toutes prêtes des avis officiels. Un agent les relit, les change, les publie.

notice-title-incident = Attaque informatique : ce qu’il faut savoir
notice-title-unknown = Incident informatique : ce qu’il faut savoir
notice-title-failure = Panne : ce qu’il faut savoir
notice-title-back = Retour à la normale

notice-under-attack = { $kind ->
    [commune] La mairie subit une attaque informatique depuis le { $since }.
    [epci] L’intercommunalité subit une attaque informatique depuis le { $since }.
    [departement] Le département subit une attaque informatique depuis le { $since }.
   *[region] La région subit une attaque informatique depuis le { $since }.
}
notice-under-incident = { $kind ->
    [commune] Un incident informatique touche la mairie depuis le { $since }.
    [epci] Un incident informatique touche l’intercommunalité depuis le { $since }.
    [departement] Un incident informatique touche le département depuis le { $since }.
   *[region] Un incident informatique touche la région depuis le { $since }.
}
notice-under-failure = { $kind ->
    [commune] Une panne touche la mairie depuis le { $since }.
    [epci] Une panne touche l’intercommunalité depuis le { $since }.
    [departement] Une panne touche le département depuis le { $since }.
   *[region] Une panne touche la région depuis le { $since }.
}
notice-servers-cut = Par précaution, les serveurs sont déconnectés et l’accès à internet est restreint pour tous les services.
notice-servers-out = Certains équipements informatiques ne fonctionnent pas.
notice-origin-unknown = L’origine de l’attaque n’est pas encore connue.
notice-cause-unknown = La cause n’est pas encore connue.
notice-reachable-phone = { $kind ->
    [commune] La mairie reste joignable par téléphone.
   *[other] L’accueil reste joignable par téléphone.
}
notice-reachable-phone-number = { $kind ->
    [commune] La mairie reste joignable par téléphone au { $phone }.
   *[other] L’accueil reste joignable par téléphone au { $phone }.
}
notice-some-actions = Certaines démarches ne sont pas possibles pour le moment.
notice-news-follow = Nous vous tiendrons informés sur cette page.
notice-back-to-normal = Les services fonctionnent de nouveau normalement. Merci de votre patience.
