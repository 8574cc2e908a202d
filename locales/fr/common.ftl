### Mots communs : dates, durées, et un mot pour chaque code.
### Écrire avec la barre d’espace : les espaces insécables sont posées par le programme.

weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

date-full = { $weekday } { $day }{"\u00A0"}{ $month }{"\u00A0"}{ $year } à { $time }
date-day = { $weekday } { $day }{"\u00A0"}{ $month }{"\u00A0"}{ $year }
date-short = { $day }{"\u00A0"}{ $month }, { $time }
date-none = date inconnue

duration-moment = moins d’une minute
duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
duration-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
duration-two = { $large } et { $small }
duration-since = depuis { $duration }
duration-ago = il y a { $duration }


tenant-kind-commune = Commune
tenant-kind-epci = Intercommunalité
tenant-kind-departement = Département
tenant-kind-region = Région

house-commune = Mairie
house-epci = Intercommunalité
house-departement = Département
house-region = Région

status-open = Ouvert
status-degraded = Ouvert, avec des limites
status-paper_only = Au guichet, sur papier
status-closed = Fermé
status-unknown = Non confirmé

exposure-safe = En sécurité
exposure-at_risk = Peut-être touchées
exposure-exposed = Volées ou rendues publiques
exposure-unknown = Pas encore connu

whose-residents = usagers
whose-staff = agents
whose-both = usagers et agents
whose-nobody = personne

role-operator = Opérateur
role-director = Direction
role-technician = Technicien
role-clerk = Guichet
role-reader = Lecteur
role-responder = Intervenant extérieur

asset-kind-file_server = Serveur de fichiers
asset-kind-business_app = Logiciel métier
asset-kind-cloud_app = Logiciel chez l’éditeur
asset-kind-directory = Annuaire des comptes
asset-kind-hypervisor = Hyperviseur
asset-kind-backup_server = Serveur de sauvegarde
asset-kind-workstation_fleet = Postes de travail
asset-kind-mail = Messagerie
asset-kind-telephony = Téléphonie
asset-kind-network = Réseau
asset-kind-nas = Stockage réseau
asset-kind-web_site = Site internet
asset-kind-payment_terminal = Terminal de paiement
asset-kind-outside_system = Système extérieur

asset-state-up = En marche
asset-state-degraded = En marche, en partie
asset-state-cut = Coupé
asset-state-down = En panne
asset-state-unknown = Inconnu

alarm-kind-files_vanishing = Des fichiers disparaissent
alarm-kind-files_rewritten = Des fichiers sont réécrits
alarm-kind-vital_signs = Un serveur chauffe ou sature
alarm-kind-guard_blind = Un veilleur ne voit pas tout
alarm-kind-guard_silent = Un veilleur ne répond plus
alarm-kind-order_refused = Un veilleur a refusé un ordre suspect
alarm-kind-failed_logins = Connexions refusées en série
alarm-kind-new_device = Connexion depuis un appareil inconnu
alarm-kind-decoy_touched = Quelqu’un a touché au leurre
alarm-kind-platform_silent = La plateforme a cessé de veiller un moment

alarm-state-open = À décider
alarm-state-declared = Incident déclaré
alarm-state-merged = Rattachée à un incident
alarm-state-dismissed = Classée sans suite

cut-means-guard = Par le veilleur, sur le serveur même
cut-means-hook = Par une commande préparée
cut-means-hand = À la main

phase-declared = Déclaré
phase-contained = Contenu
phase-diagnosed = Diagnostiqué
phase-eradicated = Éradiqué
phase-restored = Rétabli
phase-closed = Clos

nature-unknown = Cause inconnue
nature-cyberattack = Attaque informatique
nature-failure = Panne

criticality-vital = Vital
criticality-high = Élevé
criticality-normal = Normal
criticality-low = Faible

fallback-none = Aucun
fallback-online = En ligne, par une autre voie
fallback-paper = Sur papier, au guichet
fallback-other_place = Dans un autre lieu
fallback-telephone = Par téléphone

strength-essential = Indispensable
strength-helpful = Utile

mood-calm = Rien à signaler
mood-checking = À vérifier
mood-disturbed = Services perturbés
mood-incident = Incident en cours
