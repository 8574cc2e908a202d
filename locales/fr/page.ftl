### La page publique d’une commune : ce que lisent les usagers.

## En haut de page

page-skip = Aller au contenu
page-kind = { $kind ->
    [commune] Mairie · services
    [epci] Intercommunalité · services
    [departement] Département · services
   *[region] Région · services
}
page-title = { $name } : état des services
page-language = English
page-language-label = Read this page in English
page-as-of = Situation au { $at }.
page-preview = Aperçu : personne d’autre ne voit cette page.
page-headline-calm = Tous les services fonctionnent comme d’habitude.
page-headline-checking = Des services peuvent être perturbés. Nous vérifions.
page-headline-disturbed = Des services sont perturbés depuis le { $since }.
page-headline-after-attack = Après l’attaque informatique du { $since }, les services reviennent.
page-headline-after-incident = Après l’incident informatique du { $since }, les services reviennent.
page-headline-after-failure = Après la panne du { $since }, les services reviennent.
page-phase-contained = L’incident ne s’étend plus. Les services reviendront l’un après l’autre.
page-phase-restored = Les services sont de retour. Les dernières vérifications sont en cours.
page-latest = Dernière information :
page-contents = Sur cette page
page-link-services = Services
page-link-data = Mes données
page-link-news = Informations

page-tally = Les services en bref
page-tally-degraded = { $count ->
    [one] { $count } ouvert, avec des limites
   *[other] { $count } ouverts, avec des limites
}
page-tally-paper = { $count } au guichet, sur papier
page-tally-closed = { $count ->
    [one] { $count } fermé
   *[other] { $count } fermés
}
page-tally-unknown = { $count ->
    [one] { $count } non confirmé
   *[other] { $count } non confirmés
}

## Que faire

page-now = Que faire maintenant
page-now-find = Cherchez votre service <a>dans la liste</a> : elle dit comment faire.
page-now-as-usual = Venez ou appelez comme d’habitude.
page-now-ask-first = Renseignez-vous avant de vous déplacer.
page-now-phone-number = Appelez le <a>{ $phone }</a> : le téléphone fonctionne.
page-now-phone-works = Appelez : le téléphone fonctionne.
page-now-phone-out = { $kind ->
    [commune] Venez sur place : le téléphone de la mairie ne fonctionne pas.
   *[other] Venez sur place : le téléphone de l’accueil ne fonctionne pas.
}
page-now-mail-out = { $kind ->
    [commune] N’écrivez pas par courriel : la messagerie de la mairie ne fonctionne pas.
   *[other] N’écrivez pas par courriel : notre messagerie ne fonctionne pas.
}
page-now-postpone = Reportez ce qui n’est pas urgent.
page-now-beware = Méfiez-vous des messages inattendus : lisez <a>ce qui concerne vos données</a>.
page-now-emergency = En cas d’urgence, composez le 112. Ce numéro ne dépend pas de nous.
page-contact = { $kind ->
    [commune] Joindre la mairie
   *[other] Joindre l’accueil
}

## Les services

page-services = Les services
page-affected = { $count ->
    [one] Service touché
   *[other] Services touchés
}
page-unaffected = Ce qui n’est pas touché
page-unaffected-lead = { $count ->
    [one] Ce service est ouvert comme d’habitude.
   *[other] Ces { $count } services sont ouverts comme d’habitude.
}
page-none-unaffected = Aucun service n’est confirmé comme épargné pour le moment.
page-where = Où
page-when = Quand
page-phone = Téléphone
page-ask-where = { $kind ->
    [commune] Où : demandez à la mairie.
   *[other] Où : demandez à l’accueil.
}
page-ask-when = { $kind ->
    [commune] Quand : demandez à la mairie.
   *[other] Quand : demandez à l’accueil.
}
page-ask-where-when = { $kind ->
    [commune] Où et quand : demandez à la mairie.
   *[other] Où et quand : demandez à l’accueil.
}
page-ask-phone = { $kind ->
    [commune] Téléphone : demandez à la mairie.
   *[other] Téléphone : demandez à l’accueil.
}
page-ask-all = { $kind ->
    [commune] Où, quand : demandez à la mairie.
   *[other] Où, quand : demandez à l’accueil.
}
page-do-degraded = Le service répond. Certaines demandes ne sont pas possibles ou prennent plus de temps.
page-do-unknown = Renseignez-vous avant de vous déplacer : nous ne pouvons encore rien confirmer.
page-said-by-person = { $kind ->
    [commune] Indiqué par la mairie le { $at }.
    [epci] Indiqué par l’intercommunalité le { $at }.
    [departement] Indiqué par le département le { $at }.
   *[region] Indiqué par la région le { $at }.
}

## Les données

page-data = Mes données sont-elles concernées ?
page-data-lead = Un service peut être ouvert et ses données touchées, ou fermé et ses données en sécurité.
page-data-none-known = Nous ne savons pas encore si des données ont été touchées. Nous le dirons ici.
page-data-exposed = Données volées ou rendues publiques
page-data-at-risk = Données peut-être touchées
page-data-unknown = Pas encore connu
page-data-staff-row = { $kind ->
    [commune] Agents de la mairie
   *[other] Agents de la collectivité
}
page-data-others = Les données des autres services.
page-data-safe = Données en sécurité
page-data-safe-out-of-reach = même si le service n’est pas rendu comme d’habitude
page-data-of-residents = données des usagers
page-data-of-staff = données des agents
page-data-of-both = données des usagers et des agents
page-data-do = Ce que vous pouvez faire
page-data-do-watch = { $kind ->
    [commune] Méfiez-vous des messages reçus au nom de la mairie ou de tiers : ne répondez pas, ne cliquez pas, n’ouvrez pas les pièces jointes. Supprimez-les.
   *[other] Méfiez-vous des messages reçus en notre nom ou au nom de tiers : ne répondez pas, ne cliquez pas, n’ouvrez pas les pièces jointes. Supprimez-les.
}
page-data-do-password = Changez le mot de passe de votre messagerie, et celui des comptes qui utilisent le même.
page-data-do-code = Ne donnez jamais un mot de passe ou un code bancaire par message ou par téléphone.
page-data-do-report = Signalez un message suspect à 17Cyber, le service d’assistance de l’État, sur cybermalveillance.gouv.fr.
page-data-do-precaution = Par précaution, ne cliquez pas sur les liens de messages inattendus.

## Les informations

page-news = Informations
page-news-none = Rien n’a été publié.
page-news-published = Publié le { $at }
page-news-corrected = Corrigé le { $at }
page-news-ended = Terminé le { $at }
page-news-former = Texte précédent, publié le { $at }
page-news-draft = Pas encore publié
page-news-read-on = Lire la suite
page-news-ended-title = Informations terminées
page-news-all = Toutes les informations et leurs corrections
page-history-title = { $name } : toutes les informations
page-history-back = Retour à l’état des services

## La page elle-même

page-about = À propos de cette page
page-about-true = Cette page était vraie le { $at }.
page-about-kept = { $kind ->
    [commune] La mairie la tient à jour, hors de son propre réseau : elle reste lisible quand les serveurs de la mairie sont coupés.
   *[other] Elle est tenue à jour hors de notre propre réseau : elle reste lisible quand nos serveurs sont coupés.
}
page-about-status = L’état d’un service découle de ce qui est constaté sur ses équipements, ou d’une décision de nos équipes. Une information corrigée reste marquée comme telle.
page-about-address = Adresse :
page-about-follow = Suivre cette page :
page-about-atom = Atom
page-about-json = JSON Feed

## Bandeau, flux, autres pages

banner-label = Information importante
banner-line = { $name } : { $headline }
banner-link = Voir l’état des services
feed-title = { $name } : informations et état des services
feed-status-title = État des services : { $headline }
feed-status-none = Tous les services sont ouverts.
feed-status-line = { $name } : { $status }

not-found-title = Page introuvable
not-found-body = Vérifiez l’adresse, ou cherchez votre commune depuis la page d’accueil.
not-found-home = Aller à la page d’accueil
error-title = Cette page ne peut pas être affichée
error-body = Réessayez dans quelques minutes. Si rien ne change, appelez ou venez sur place.
error-reference = Donnez cette référence si vous nous signalez le problème : { $reference }
index-title = État des services publics locaux
index-find = Trouvez votre commune
index-search = Nom, code postal ou code INSEE
index-search-button = Chercher
index-none = Aucun résultat. Essayez un nom plus court ou le code postal.
index-empty = Aucune collectivité n’est encore hébergée ici.
index-more = { $count ->
    [one] { $count } autre résultat : précisez votre recherche.
   *[other] { $count } autres résultats : précisez votre recherche.
}
