### Who is woken, and how.

## The messages: short, one text message

ring-title = Alarm: { $town }
ring-title-test = TEST: { $town }
ring-mark-test = TEST
ring-mark-simulated = SIMULATION
ring-text = { $town }: { $what }. Answer: { $link } or code { $code }
ring-text-short = { $town }: { $what }. Answer: { $link }
ring-what = { $kind } ({ $when })
ring-what-gap = platform silent from { $from } to { $to }
ring-what-weekly = test of the on-call list
ring-what-single = test asked for you
journal-by-contact = Somebody on call

## When people watch

oncall-hours = from { $from } to { $to }
oncall-hours-all = the whole day
oncall-days = { $from } to { $to }
oncall-days-all = every day
oncall-span = { $days }, { $hours }
oncall-always = always
oncall-holidays-on = public holidays too, the whole day
oncall-holidays-off = but not on public holidays

## Calls, in words

rung-weekly = Weekly test
rung-simulated = { $what } (simulated)
rung-single = Test asked for one person
rung-by-operator = The operator’s people
rung-by-former = Somebody who has left the list
rung-answered = { $name } answered ({ $when })
rung-nobody = Nobody was reached
rung-quiet = Waits for the end of quiet hours
rung-ringing = Ringing { $name } ({ $when })
rung-waiting = Message handed over for { $name } ({ $when }), no answer yet
rung-try = { $name }, by '{ $channel }'
rung-try-pending = On its way
rung-try-receipt = Taken by the gateway ({ $when })
rung-failure-unknown_channel = Failed: this channel is no more
rung-failure-bad_address = Failed: the address no longer fits the channel
rung-failure-unreachable = Failed: the gateway cannot be reached
rung-failure-tls = Failed: the gateway’s certificate is not believed
rung-failure-timed_out = Failed: the gateway is too slow
rung-failure-redirected = Failed: the gateway sends us elsewhere
rung-failure-refused = Failed: the gateway refused
rung-failure-said_error = Failed: the gateway answered with an error
rung-failure-broken = Failed: the message cannot be sent
rung-failure-way_removed = Failed: taken off the list meanwhile
rung-failure-no_longer_needed = Not sent: somebody had answered already
rung-failure-other = Failed: { $code }

## Answering a call

answer-ring = Alarm: you are being called
answer-ring-text = Press to say that you see to it. If not, the next person is called.
answer-test = Test: answer
answer-test-text = This is a test. Press to show that the message reached you.
answer-go = I see to it
answer-taken = Noted: it is yours
answer-taken-text = Nobody else is called. If you can no longer see to it, call somebody else on the list.
answer-yours = It is yours already
answer-somebody = Somebody sees to it already
answer-somebody-text = You have nothing to do, unless that person calls you.
answer-over = This call is over
answer-over-text = You have nothing to do.
answer-town = Local authority
answer-what = What happens
answer-since = Since
answer-state = Where the call stands
answer-console = Open the console and decide
answer-field-title = Answer a call
answer-field-text = Write the code of the message, or the one that was read out to you.
answer-code = Code of the message
answer-code-hint = 15 letters and digits. Capitals, spaces and hyphens do not matter.
answer-code-go = Continue
answer-code-shape = This code lacks characters, or has too many: 15 in all
answer-code-check = One character of this code is mistyped: compare it with the message
answer-code-unknown = This code opens nothing: compare it with the message, or take the newest one
answer-other-code = Write another code
answer-broken = Your answer could not be taken
answer-broken-text = Try again in a moment. If it lasts, call the person who runs the platform: the call goes on.

## The console: on call

menu-oncall = On call
oncall-title = On call
oncall-now = On call now: { $names }
oncall-now-nobody = Nobody is on call
oncall-now-operator = Nobody from here is on call now: the operator would be called
oncall-now-everybody = Nobody is on call at this hour: everybody would be called
oncall-fill = Fill in the on-call list
oncall-list = Who is called, in this order
oncall-list-empty = The list is empty: add at least two people.
oncall-operators = { $count ->
    [one] Then one of the operator’s people is called.
   *[other] Then { $count } of the operator’s people are called.
}
oncall-to-watch = Watch screen, to leave open at the reception
oncall-state-on = On call
oncall-state-off = Not at this hour
oncall-state-paused = Paused
oncall-add-title = Add a person
oncall-add = Add to the list
oncall-name = Name
oncall-name-hint = Kept sealed; never in a message
oncall-name-missing = Write a name
oncall-way-1 = First way to call this person
oncall-way-2 = Second way, should the first fail
oncall-way-3 = Third way
oncall-way-none = None
oncall-way-missing = Choose at least one way
oncall-way-choose = Choose the way this address belongs to
oncall-way-unknown = This way is no longer in the configuration: choose another
oncall-to = Number or address
oncall-to-hint = Outside the town hall’s network: a mobile, a personal mailbox
oncall-number-wrong = Write the number with its country: +33 6 12 34 56 78
oncall-mail-wrong = Write an address such as name@example.fr
oncall-topic-wrong = Write 1 to 64 plain letters, digits, hyphens
oncall-label-wrong = Write a name of 1 to 100 characters
oncall-address-number = telephone number
oncall-address-mail = mail address
oncall-address-topic = topic
oncall-address-label = name
oncall-ways = Ways
oncall-watch = Hours on call
oncall-watch-hint = Nothing: always. Else: mon-fri 18:00-08:00; sat-sun
oncall-watch-wrong = Write it like: mon-fri 18:00-08:00; sat-sun
oncall-holidays = Public holidays
oncall-holidays-hint = Those of metropolitan France; without the two of Alsace-Moselle and those overseas
oncall-on-holidays-as_days = Like an ordinary day
oncall-on-holidays-on = On call the whole day
oncall-on-holidays-off = Not on call
oncall-quiet = Quiet hours
oncall-quiet-hint = For instance 22:00-07:00. Lesser alarms wait; an attack never does.
oncall-quiet-wrong = Write two hours, such as 22:00-07:00
oncall-minutes = Minutes to answer, before the next person
oncall-minutes-value = { $count ->
    [one] one minute
   *[other] { $count } minutes
}
oncall-minutes-wrong = Write a number from 1 to 60
oncall-lang = Language of the messages
oncall-lang-fr = French
oncall-lang-en = English
oncall-operator-name = Operator
oncall-operator-hint = For the operator alone
oncall-for-operator = Called for every authority, after its own list
oncall-change = Change
oncall-move = Change the place
oncall-place = Place on the list
oncall-place-hint = 1: called first
oncall-move-go = Move
oncall-pause = Pause
oncall-pause-text = This person is no longer called, not even for an attack, until resumed.
oncall-resume = Resume
oncall-resume-text = This person is called again.
oncall-remove = Take off the list
oncall-remove-text = The name and addresses are erased.
oncall-back = Back to on call
oncall-test-one = Call now, as a test
oncall-test-text = A message marked TEST goes out by each of these ways. It is answered by the link or the code.
oncall-test-list = Test the whole list now
oncall-weekly-title = Weekly test
oncall-weekly = Every { $day } at { $time }, a message marked TEST asks for an answer.
oncall-weekly-off = The test is stopped: '{ $reason }'
oncall-tested-never = No test has taken place yet
oncall-tested-well = Last test, { $when }: somebody answered
oncall-tested-now = Test going on since { $when }
oncall-tested-nobody = Last test, { $when }: nobody answered
oncall-week-change = Move or stop the test
oncall-week-day = Day
oncall-week-hour = Hour
oncall-week-hour-hint = For instance 10:00
oncall-hour-wrong = Write an hour, such as 10:00
oncall-week-off = Stop the test
oncall-week-reason = Why stop it
oncall-week-reason-hint = Without a test, a list goes stale and nobody knows
oncall-week-reason-missing = Say why the test is stopped
oncall-asks-code = A second code will be asked for.
oncall-calls = Calls
oncall-calls-none = Nobody has been called yet.
todo-oncall-own = The authority’s own on-call list is empty: only the operator would be called
todo-oncall-test = Nobody answered the last on-call test
alarm-calls = Who was called

call-since = Since
call-opened = Call opened
call-order = Order of the people
call-rounds = Times through the list
call-rounds-value = { $count }
call-answer-over = Nobody has answered yet
call-answer-text = Answering ends the ringing for everybody, in your name.
call-chain = The messages, in order
call-chain-none = No message has gone out yet.
call-receipt-text = 'Taken by the gateway' means that the message left, not that the person read it.
call-alarms = Alarms of this call

watch-title = Watch screen
watch-calm = No call is waiting
watch-ringing = An alarm waits for an answer
watch-lost = The platform no longer answers this screen
watch-mute = The sound is off.
watch-no-script = Without a script, this screen reloads every 15 seconds, without sound.
watch-sound = Turn the sound on
watch-sound-on = The sound is on
watch-heard = Last news:
watch-text = Leave this screen open, sound on. It rings until somebody answers, and also when it no longer hears the platform. A session lasts 12 hours at most.
watch-all = See every authority
watch-own = See this authority alone

done-contact = The on-call list is saved.
done-week = The weekly test is saved.
done-test = The test has begun. See below where it stands.
done-answered = Noted: it is yours. The ringing ends.
done-somebody = Somebody had answered already.

journal-call-acknowledged = Call: somebody answered
journal-call-ended = Call over: nothing serious
journal-call-escalated = Call: next person
journal-call-failed = Call: a message failed
journal-call-graver = Call: graver, ringing again
journal-call-joined = Alarm joined to a call
journal-call-nobody-reached = Call: nobody was reached
journal-call-opened = Call opened
journal-call-receipt = Call: message taken by the gateway
journal-call-rung = Call: message asked for
journal-call-started-over = Call: the list begins again
journal-call-test-asked = On-call test asked for
journal-contact-added = On call: person added
journal-contact-changed = On call: person changed
journal-contact-moved = On call: order changed
journal-contact-paused = On call: person paused
journal-contact-removed = On call: person removed
journal-contact-resumed = On call: person back
journal-weekly-test-set = Weekly test changed
