### Ce qui ne va pas dans cette installation, et comment le réparer.

## Sur les pages copiées ailleurs

page-copy = Copie de secours : elle dit ce qui était vrai à ce moment. Plus de deux heures ont passé ? Renseignez-vous avant de vous déplacer.
