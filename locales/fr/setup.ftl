### Les questions de `beffroi setup`.

setup-welcome = Préparons cette plateforme. Entrée accepte la réponse entre crochets. Rien n’est fait avant que vous ayez tout relu.
setup-ask-towns = Quelles collectivités ? Donnez leurs noms ou leurs codes, séparés par des virgules (59273, epci:242900660, dep:44).
setup-ask-members = Ajouter aussi les communes membres de l’intercommunalité ? (oui, non)
setup-ask-tls = D’où vient le certificat TLS ? « own » : Beffroi fait le sien, pour un réseau privé ou un premier essai. « files » : vous avez un certificat dans des fichiers. « proxy » : un serveur placé devant s’en charge.
setup-ask-certificate = Dans quel fichier est la chaîne de certificats (PEM) ?
setup-ask-key = Dans quel fichier est sa clé privée (PEM) ? L’utilisateur « beffroi » doit pouvoir la lire.
setup-ask-proxies = De quelles adresses le serveur placé devant se connecte-t-il ?
setup-ask-listen = Sur quelle adresse et quel port la plateforme écoute-t-elle ? (0.0.0.0:443, ou 0.0.0.0:8443 si 443 est pris)
setup-ask-public_url = Quelle adresse les habitants tapent-ils ?
setup-ask-guards = À quelle adresse les veilleurs joignent-ils la plateforme ? Un nombre plutôt qu’un nom : un serveur coupé n’a plus d’annuaire. (« non » : pas de porte pour eux)
setup-ask-backup = Dans quel dossier la plateforme se sauvegarde-t-elle chaque jour ? De préférence sur un autre disque. (« non » : pas de sauvegarde)
setup-ask-beat = Quelle adresse, ailleurs, prévenir chaque minute que la plateforme vit ? Son silence y réveillera quelqu’un. (« non » : aucune)
setup-ask-director = Qui est la première personne à pouvoir entrer dans la console, avec le rôle de direction ? Prénom et nom.
setup-ask-oncall = Qui réveiller en premier en cas d’alarme ? Un nom, un canal et son adresse : Camille Martin, sms=+33612345678. (« non » : plus tard)
setup-agree = Faire tout cela ? (oui, non)
setup-yes = oui
setup-ended = Les réponses se sont arrêtées avant la fin. Rien n’a été fait.

setup-wrong-empty = Il faut une réponse.
setup-wrong-yes = Répondez oui ou non.
setup-wrong-choice = Choisissez parmi : { $list }.
setup-wrong-town = Aucune collectivité ne porte ce nom ou ce code : { $list }. Donnez un code INSEE (59273), epci:242900660, dep:44 ou reg:01.
setup-wrong-near = Aucune collectivité ne porte ce nom. Pensiez-vous à : { $list } ? Donnez le code.
setup-wrong-several = Plusieurs collectivités portent ce nom : { $list }. Donnez le code.
setup-wrong-file = Ce fichier n’existe pas : { $list }. Donnez son chemin complet, à partir de /.
setup-wrong-folder = Donnez le chemin complet d’un dossier, à partir de /, ou répondez non.
setup-wrong-beat = Donnez une adresse qui commence par https://, ou répondez non.
setup-wrong-proxies = Donnez des adresses IP, séparées par des virgules (127.0.0.1).
setup-wrong-address = Donnez une adresse IP et un port (0.0.0.0:443).
setup-wrong-url = Donnez une adresse sans chemin, qui commence par https:// (https://mairie.exemple.fr).
setup-wrong-name = Donnez un prénom et un nom, entre 2 et 100 caractères.
setup-wrong-oncall = Donnez un nom, une virgule, puis un canal et son adresse : Camille Martin, sms=+33612345678. Ou répondez non.
setup-wrong-unknown = { $name } : personne ne le demande. Les noms connus sont : { $list }.
setup-refused = Le fichier de réponses { $file } ne convient pas, rien n’a été fait :

setup-no-package = Le dossier /var/lib/beffroi n’existe pas : installez le paquet de Beffroi, ou donnez un dossier avec --data.
setup-same = Dans { $file }, rien ne change.
setup-file = Dans { $file } :
setup-was = avant : { $value }
setup-gone = { $name } disparaît (avant : { $value })
setup-towns =
    { $number ->
        [one] Sur la plateforme, une collectivité :
       *[other] Sur la plateforme, { $number } collectivités :
    }
setup-director = Un compte de direction pour { $name }, avec un code à usage unique.
setup-forward = Attention : les habitants tapent un autre port que celui que la plateforme écoute. Quelque chose devant elle doit faire suivre.
setup-dry = Essai seulement : rien n’a été fait.
setup-nothing = Rien n’a été fait.
setup-town-added = Ajoutée : { $town }
setup-code = Code à usage unique de { $name } : { $code }
    Notez-le maintenant : il ne sera plus montré. Remettez-le en main propre.
setup-backup-key = La clé qui ouvre les sauvegardes : { $key }
    Recopiez-la sur la fiche de secours, loin de cette machine. Elle n’est gardée nulle part et ne sera plus montrée. Sans elle, aucune sauvegarde ne s’ouvre.
setup-nobody = Personne n’est d’astreinte : une alarme ne réveillerait personne. Décrivez un canal dans la configuration, puis relancez setup, ou tapez : beffroi oncall add { $town } NOM --way CANAL=ADRESSE
setup-start = Tout est prêt, mais rien ne tourne : cette machine n’a pas systemd. Tapez : { $command }
    Puis relancez setup : il dira si la page répond.
setup-silent = La plateforme ne répond pas. Regardez pourquoi : journalctl -u beffroi.service -n 50
setup-wrong-answer = La page ne répond pas comme il faut : { $why }. Vérifiez le certificat et le nom dans { $file }, puis relancez setup.
setup-answers = Elle répond : { $url }
setup-console = Console des agents : { $url }
setup-guards = Porte des veilleurs : { $url }
setup-authority = Pour que les navigateurs lui fassent confiance, installez-y ce certificat : { $file }
    Vérifiez son empreinte SHA-256 : { $fingerprint }
