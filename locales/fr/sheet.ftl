### La première heure, sur papier et de vive voix : affiche, répondeur, réseaux sociaux, consignes, appel.

sheet-kind-poster = Affiche pour la porte
sheet-kind-answering = Message du répondeur
sheet-kind-social = Réseaux sociaux
sheet-kind-orders = Consignes au personnel
sheet-kind-roll-call = Feuille d’appel
sheet-title = { $name } : { $what }
sheet-printed = Imprimé le { $at } : vérifiez sur la page, elle change.
sheet-call = Composez le { $number }.
sheet-status-names = { $status } : { $names }
sheet-and-more = { $count ->
    [one] et un autre
   *[other] et { $count } autres
}

## L’affiche

sheet-poster-call = Appelez le
sheet-poster-instead = Le numéro habituel ne répond pas. Composez le
sheet-poster-counters = Guichets :
sheet-poster-page = Tout ce qui est ouvert, à jour :
sheet-poster-square = Carré à viser pour ouvrir la page
sheet-poster-more = { $count ->
    [one] Un autre service : voir la page.
   *[other] { $count } autres services : voir la page.
}

## Le répondeur

sheet-answering-label = À lire lentement : { $count } secondes environ
sheet-answering-hello = { $kind ->
    [commune] Bonjour. Ici { $name }, la mairie.
    [epci] Bonjour. Ici { $name }, l’intercommunalité.
    [departement] Bonjour. Ici { $name }, le département.
   *[region] Bonjour. Ici { $name }, la région.
}
sheet-answering-hours = Nos guichets : { $hours }.
sheet-answering-call = Pour nous parler, composez le : { $number }.
sheet-answering-again = Je répète : { $number }.
sheet-answering-come = Le téléphone ne permet pas de nous joindre. Venez sur place.
sheet-answering-closed = Sont fermés : { $names }.
sheet-answering-page = Ce qui est ouvert est écrit sur notre page : { $address }.
sheet-answering-emergency = En cas d’urgence, composez le 112.
sheet-answering-bye = Merci de votre appel.

## Les réseaux sociaux

sheet-social-short = Message court : { $count } signes sur 280
sheet-social-long = Message long : { $count } signes
sheet-social-page = Ce qui est ouvert, à jour : { $address }
sheet-social-beware = Méfiez-vous des messages reçus en notre nom.

## Les consignes

sheet-orders-label = La feuille de consignes
sheet-orders-attack = Consignes à tout le personnel
sheet-orders-failure = Consignes à tout le personnel : panne
sheet-orders-over = Consignes pour la reprise
sheet-orders-calm = Si nos ordinateurs sont attaqués : ce que chacun fait
sheet-orders-room = Où se réunir :
sheet-orders-call = Qui appeler :
sheet-orders-page = Ce que lisent les habitants :
sheet-order-off = N’allumez pas votre ordinateur.
sheet-order-on = S’il est allumé, laissez-le allumé et débranchez le câble réseau.
sheet-order-mail = Ne lisez pas votre courriel, même sur votre téléphone.
sheet-order-cable = Coupez le wifi de votre téléphone de service.
sheet-order-keys = Ne branchez aucune clé, aucun disque.
sheet-order-paper = Prenez les demandes sur papier : nom, numéro, heure.
sheet-order-talk = Ne dites pas la cause, ne publiez rien : renvoyez à la page publique.
sheet-order-talk-failure = Renvoyez les habitants à la page publique.
sheet-order-wait = Attendez l’appel de votre responsable. Le prochain point est affiché à l’accueil.
sheet-order-come = Présentez-vous à votre service comme d’habitude.
sheet-order-leave = N’allumez votre ordinateur que lorsque la technique vous le dit.
sheet-order-password = Changez votre mot de passe quand on vous le demande, sur place.
sheet-order-type = Gardez vos feuilles : dites à votre responsable combien il en reste à saisir.
sheet-order-odd = Signalez aussitôt tout ce qui vous paraît étrange.
sheet-message-label = Message texte : { $count } signes sur 300
sheet-message-attack = { $name } : n’allumez pas votre ordinateur. Ne lisez pas votre courriel, même au téléphone. Débranchez le câble réseau, n’éteignez rien.
sheet-message-failure = { $name } : panne informatique. Venez à votre service comme d’habitude, prenez les demandes sur papier.
sheet-message-over = { $name } : les services reviennent. N’allumez votre ordinateur que si la technique vous le dit.
sheet-message-calm = { $name } : rien à signaler. En cas d’attaque : n’allumez pas votre ordinateur, ne lisez pas votre courriel, attendez l’appel de votre responsable.
sheet-message-room = Réunion : { $room }.
sheet-message-page = Infos : { $address }

## La feuille d’appel

sheet-roll-count = { $count ->
    [0] Personne sur la liste.
    [one] Une personne.
   *[other] { $count } personnes.
}
sheet-roll-by = Appel fait par
sheet-roll-at = Le, à
sheet-roll-reached = Joint
sheet-roll-present = Présent
sheet-roll-needs = Besoins
sheet-roll-no-service = Sans service

## L’écran des feuilles

sheets-text = Chaque feuille dit ce que dit la page publique, à cet instant. Imprimez-la de nouveau quand la page change.
sheets-poster = À coller à chaque porte : ce qui se passe, ce qui est ouvert, quel numéro.
sheets-answering = À lire sur le répondeur du standard.
sheets-social = À copier sur les comptes de la collectivité.
sheets-orders = À afficher et à remettre à chacun ; un message texte pour ceux qui ne sont pas là.
sheets-roll-call = Qui est joint, qui est présent, qui a besoin de quoi.
sheets-in-fr = En français
sheets-in-en = En anglais
sheets-pdf = Imprimer la feuille (PDF)
sheets-print = La voir comme page
sheets-back = Revenir aux feuilles
