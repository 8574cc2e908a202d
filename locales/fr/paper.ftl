### Ce qui s’imprime.

paper-page = Page { $number } sur { $all }
paper-printed = Imprimé le { $at }
paper-reference = Référence
paper-square-alt = Carré à lire avec un appareil. Il contient la référence { $code }.
paper-yes = Oui
paper-no = Non
paper-quoted = « { $text } »
paper-or = { $first } ou { $second }
paper-months = { $count ->
    [one] un mois
   *[other] { $count } mois
}
paper-years = { $count ->
    [one] un an
   *[other] { $count } ans
}

paper-form-how = Écrivez au stylo noir, en majuscules, une lettre par case. Cochez d’une croix. Ce qui est « facultatif » peut rester vide.
paper-form-optional = facultatif
paper-form-if-ticked = Seulement si vous avez coché { $options }.
paper-form-if-answered = Seulement si vous avez répondu { $answer } à { $question }.
paper-form-day = jour
paper-form-month = mois
paper-form-year = année
paper-part-family_name = Nom de famille
paper-part-given_names = Prénoms
paper-part-street = Numéro et rue
paper-part-postcode = Code postal
paper-part-town = Commune

paper-form-who = Qui peut demander
paper-form-where = Où la rapporter
paper-form-hours = Horaires
paper-form-phone = Téléphone
paper-form-when = Quand
paper-form-bring = Avec quoi
paper-form-ask = { $kind ->
    [epci] au siège de l’intercommunalité
    [departement] à l’accueil du département
    [region] à l’accueil de la région
   *[other] à l’accueil de la mairie
}

paper-form-signed-on = Fait le
paper-form-signature = Signature
paper-form-next = Ce qui se passe ensuite
paper-clock-for = Pour { $options } : { $sentence }
paper-clock-grants = sans réponse au bout de { $months }, c’est accordé ({ $law }).
paper-clock-refuses = sans réponse au bout de { $months }, une demande d’argent ou de décision est refusée ; vous pouvez contester ({ $law }).
paper-clock-nothing = la loi donne { $months } pour vous répondre ({ $law }).

paper-privacy-title = Vos données
paper-privacy-purpose = { $name } demande ces informations pour { $purpose }. Fondement : { $basis } ({ $law }).
paper-privacy-readers = Les lisent : { $readers }.
paper-privacy-kept = Elles sont gardées { $months } après { $from }, puis effacées.
paper-privacy-kept-visa = Elles sont gardées { $months } après { $from }, puis effacées avec l’accord des archives départementales.
paper-privacy-rights = { $basis ->
    [consent] Vous pouvez les voir, les faire corriger ou effacer, et changer d’avis quand vous voulez
    [legal_duty] Vous pouvez les voir et les faire corriger
   *[other] Vous pouvez les voir, les faire corriger ou effacer, et dire que vous vous y opposez
} : écrivez au délégué à la protection des données, à l’adresse de la collectivité. Si la réponse ne vous convient pas : CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, cnil.fr.

paper-counter-title = Réservé au guichet : { $group }
paper-counter-urgent = À lire le jour même.
paper-counter-received = Reçu le
paper-counter-by = Par (initiales)
paper-counter-identity = Identité vérifiée
paper-counter-typed = Saisi le

paper-counterfoil-title = Talon à garder
paper-counterfoil-what = Cette référence permet de retrouver votre demande, au guichet ou par téléphone.
paper-counterfoil-stamp = Date et tampon

paper-list-count = { $count ->
    [one] { $count } personne
   *[other] { $count } personnes
}
paper-list-count-files = { $count ->
    [one] { $count } dossier
   *[other] { $count } dossiers
}
paper-list-number = Liste n° { $number }
paper-list-made = état du { $day }
paper-list-destroy = Détruisez la liste n° { $number } et toutes ses copies.
paper-list-locked = Données personnelles : gardez cette liste sous clé.
paper-list-present = Présent
paper-requests-title = Demandes des usagers
paper-request-locked = Données personnelles : gardez cette feuille sous clé.
paper-request-empty = (sans réponse)
paper-queue-count = { $count ->
    [one] { $count } demande
   *[other] { $count } demandes
}
paper-queue-none = Aucune demande n’attend.
paper-list-reached = Joint
paper-day-title = Rendez-vous du { $day }
paper-day-count = { $count ->
    [one] { $count } rendez-vous
   *[other] { $count } rendez-vous
}
paper-day-replaces = Remplace la feuille imprimée le { $at } : détruisez-la.
paper-day-none = Aucun rendez-vous ce jour-là.
paper-day-time = Heure
paper-day-who = Nom
paper-day-about = Pour quoi
paper-day-phone = Téléphone
paper-day-came = Venu
