### Le guichet : les démarches.

key-group-social = action sociale
key-group-school = écoles et enfance
key-group-civil_status = état civil
key-group-planning = urbanisme
key-group-general = accueil

basis-consent = avec votre accord
basis-legal_duty = une obligation légale
basis-public_task = une mission d’intérêt public
basis-vital_interests = la sauvegarde de la vie

kept-from-answer = la réponse
kept-from-appointment = le rendez-vous
kept-from-school_year = la fin de l’année scolaire
kept-from-last_contact = le dernier contact
