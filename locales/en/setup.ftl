### The questions of `beffroi setup`.

setup-welcome = Let us set this platform up. Enter accepts the answer in brackets. Nothing is done before you have read it all again.
setup-ask-towns = Which authorities? Give their names or codes, separated by commas (59273, epci:242900660, dep:44).
setup-ask-members = Add the member communes of the joint authority too? (yes, no)
setup-ask-tls = Where does the TLS certificate come from? "own": Beffroi makes one, for a private network or a first try. "files": you have a certificate in files. "proxy": a server in front takes care of it.
setup-ask-certificate = Which file holds the certificate chain (PEM)?
setup-ask-key = Which file holds its private key (PEM)? The user "beffroi" must be able to read it.
setup-ask-proxies = From which addresses does the server in front connect?
setup-ask-listen = On which address and port does the platform listen? (0.0.0.0:443, or 0.0.0.0:8443 where 443 is taken)
setup-ask-public_url = Which address do residents type?
setup-ask-guards = At which address do guards reach the platform? A number rather than a name: a server that is cut off has no name service. ("no": no door for them)
setup-ask-backup = In which folder does the platform back itself up each day? Best on another disk. ("no": no backups)
setup-ask-beat = Which address, elsewhere, is told each minute that the platform lives? Its silence will wake somebody there. ("no": none)
setup-ask-director = Who is the first person to enter the console, as director? First name and surname.
setup-ask-oncall = Who is woken first by an alarm? A name, a channel and its address: Camille Martin, sms=+33612345678. ("no": later)
setup-agree = Do all this? (yes, no)
setup-yes = yes
setup-ended = The answers ended too early. Nothing was done.

setup-wrong-empty = An answer is needed.
setup-wrong-yes = Answer yes or no.
setup-wrong-choice = Choose one of: { $list }.
setup-wrong-town = No authority has this name or code: { $list }. Give an INSEE code (59273), epci:242900660, dep:44 or reg:01.
setup-wrong-near = No authority has this name. Did you mean: { $list }? Give the code.
setup-wrong-several = Several authorities have this name: { $list }. Give the code.
setup-wrong-file = This file does not exist: { $list }. Give its whole path, from / on.
setup-wrong-folder = Give the whole path of a folder, from / on, or answer no.
setup-wrong-beat = Give an address that begins with https://, or answer no.
setup-wrong-proxies = Give IP addresses, separated by commas (127.0.0.1).
setup-wrong-address = Give an IP address and a port (0.0.0.0:443).
setup-wrong-url = Give an address without a path, beginning with https:// (https://mairie.example.fr).
setup-wrong-name = Give a first name and a surname, of 2 to 100 characters.
setup-wrong-oncall = Give a name, a comma, then a channel and its address: Camille Martin, sms=+33612345678. Or answer no.
setup-wrong-unknown = { $name }: nobody asks for it. The known names are: { $list }.
setup-refused = The answers file { $file } will not do, and nothing was done:

setup-no-package = The folder /var/lib/beffroi does not exist: install Beffroi's package, or give a folder with --data.
setup-same = In { $file }, nothing changes.
setup-file = In { $file }:
setup-was = before: { $value }
setup-gone = { $name } goes (before: { $value })
setup-towns =
    { $number ->
        [one] On the platform, one authority:
       *[other] On the platform, { $number } authorities:
    }
setup-director = A director's account for { $name }, with a one-time code.
setup-forward = Note: residents type another port than the one the platform listens on. Something in front of it must forward.
setup-dry = Only a try: nothing was done.
setup-nothing = Nothing was done.
setup-town-added = Added: { $town }
setup-code = One-time code of { $name }: { $code }
    Note it now: it will not be shown again. Hand it over in person.
setup-backup-key = The key that opens the backups: { $key }
    Copy it onto the recovery sheet, away from this machine. It is kept nowhere and will not be shown again. Without it no backup opens.
setup-nobody = Nobody is on call: an alarm would wake nobody. Describe a channel in the configuration, then run setup again, or type: beffroi oncall add { $town } NAME --way CHANNEL=ADDRESS
setup-start = All is ready, but nothing runs: this machine has no systemd. Type: { $command }
    Then run setup again: it will say whether the page answers.
setup-silent = The platform does not answer. See why: journalctl -u beffroi.service -n 50
setup-wrong-answer = The page does not answer as it should: { $why }. Check the certificate and the name in { $file }, then run setup again.
setup-answers = It answers: { $url }
setup-console = Staff console: { $url }
setup-guards = Guards' door: { $url }
setup-authority = For browsers to trust it, install this certificate in them: { $file }
    Check its SHA-256 fingerprint: { $fingerprint }
