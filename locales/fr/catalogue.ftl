### Les services du catalogue : leur nom, ce qu’ils sont, comment ils continuent autrement.

fallback-sentence-none = Revenez plus tard : ce service ne peut pas être rendu pour le moment.
fallback-sentence-online = Faites votre démarche en ligne, par une autre voie : demandez l’adresse à l’accueil.
fallback-sentence-paper = Venez au guichet : votre demande est prise sur papier.
fallback-sentence-other_place = Ce service est rendu dans un autre lieu : demandez l’adresse à l’accueil.
fallback-sentence-telephone = Appelez : votre demande est prise par téléphone.
fallback-sentence-telephone_out = Venez sur place : le téléphone ne fonctionne pas.

service-reception = Accueil
service-reception-what = Accueil, standard, courrier
service-reception-fallback-paper = { $phone ->
    [out] Venez : l’accueil note votre demande sur papier.
   *[up] Venez ou appelez : l’accueil note votre demande sur papier.
}

service-deaths = Décès et cimetière
service-deaths-what = Déclarer un décès, organiser des obsèques
service-deaths-fallback-paper = Présentez-vous au guichet avec le certificat médical : l’acte est dressé à la main.

service-births = Naissances
service-births-what = Déclarer une naissance, reconnaître un enfant
service-births-fallback-paper = Présentez-vous au guichet avec le certificat de naissance : l’acte est dressé à la main. Le délai légal de 5 jours ne change pas.

service-marriages = Mariages et Pacs
service-marriages-what = Déposer un dossier, publier les bans
service-marriages-fallback-paper = Déposez votre dossier au guichet, sur papier.

service-identity_cards = Cartes d’identité et passeports
service-identity_cards-what = Prendre rendez-vous, déposer ou retirer un titre
service-identity_cards-fallback-other_place = Prenez rendez-vous dans une autre mairie équipée : toutes peuvent recevoir votre demande.

service-elections = Élections
service-elections-what = S’inscrire sur les listes, voter par procuration
service-elections-fallback-paper = Demandez le formulaire papier au guichet.

service-canteen = Cantine et périscolaire
service-canteen-what = Inscrire un enfant, signaler une absence
service-canteen-fallback-paper = { $phone ->
    [out] Inscrivez votre enfant ou signalez une absence au guichet.
   *[up] Inscrivez votre enfant ou signalez une absence au guichet ou par téléphone.
}

service-creche = Crèche
service-creche-what = Accueil des jeunes enfants
service-creche-fallback-paper = Les présences sont notées sur papier : signalez tout changement à l’équipe.

service-schools = Écoles
service-schools-what = Inscriptions scolaires, transport
service-schools-fallback-paper = Inscrivez votre enfant au guichet, sur papier. Apportez une pièce d’identité et un justificatif de domicile.

service-social_centre = Action sociale
service-social_centre-what = Aides, domiciliation, repas à domicile
service-social_centre-fallback-paper = Venez au guichet : les demandes sont prises sur papier.

service-water = Eau et assainissement
service-water-what = Fuites, coupures, qualité de l’eau
service-water-fallback-telephone = Signalez une fuite ou une coupure par téléphone.

service-police = Police municipale
service-police-what = Tranquillité, stationnement, objets trouvés
service-police-fallback-telephone = Appelez la police municipale. En cas d’urgence, composez le 17 ou le 112.

service-planning = Urbanisme
service-planning-what = Permis de construire, déclarations de travaux
service-planning-fallback-paper = Déposez votre dossier sur papier, au guichet, contre récépissé : les délais courent à partir de ce jour.

service-payments = Paiements et factures
service-payments-what = Régler la cantine, une taxe, une location
service-payments-fallback-paper = Payez au guichet par chèque ou en espèces, contre reçu.

service-council = Conseil et assemblées
service-council-what = Séances, délibérations, consultation des actes
service-council-fallback-paper = Lisez les convocations et les actes affichés à l’entrée.

service-payroll = Paie des agents
service-payroll-what = Salaires du personnel
service-payroll-fallback-paper = La paie du mois précédent est reconduite si nécessaire, puis corrigée.

service-waste = Déchets et déchèterie
service-waste-what = Collecte, encombrants, déchèterie
service-waste-fallback-telephone = Pour les encombrants ou un bac oublié, appelez.

service-roads = Voirie et espaces publics
service-roads-what = Signaler un danger, un éclairage en panne
service-roads-fallback-telephone = Signalez un danger par téléphone.

service-library = Bibliothèque
service-library-what = Lire, emprunter, rendre
service-library-fallback-paper = Venez : les prêts et les retours sont notés sur papier.

service-sports = Piscine, sports et loisirs
service-sports-what = Piscine, salles, centres de loisirs
service-sports-fallback-paper = Inscrivez-vous sur place, sur papier.

service-associations = Associations et salles
service-associations-what = Réserver une salle, demander une subvention
service-associations-fallback-telephone = Réservez une salle par téléphone.

service-annex_halls = Mairies annexes
service-annex_halls-what = Démarches près de chez vous
service-annex_halls-fallback-paper = Venez au guichet de l’annexe : votre demande est prise sur papier.
