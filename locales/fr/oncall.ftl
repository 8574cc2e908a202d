### Qui l’on réveille, et comment.
### Écrire avec la barre d’espace : les espaces insécables sont posées par le programme.

## Les messages : courts, une seule page de texto

oncall-title = Alarme : { $town }
oncall-title-test = TEST : { $town }
oncall-mark-test = TEST
oncall-mark-simulated = SIMULATION
oncall-text = { $town } : { $what }. Répondez : { $link } ou code { $code }
oncall-text-short = { $town } : { $what }. Répondez : { $link }
oncall-what = { $kind } ({ $when })
oncall-what-gap = plateforme muette de { $from } à { $to }
oncall-what-weekly = essai de l’astreinte
oncall-what-single = essai demandé pour vous
journal-by-contact = Une personne d’astreinte
