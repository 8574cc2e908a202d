### Who is woken, and how.

## The messages: short, one text message

oncall-title = Alarm: { $town }
oncall-title-test = TEST: { $town }
oncall-mark-test = TEST
oncall-mark-simulated = SIMULATION
oncall-text = { $town }: { $what }. Answer: { $link } or code { $code }
oncall-text-short = { $town }: { $what }. Answer: { $link }
oncall-what = { $kind } ({ $when })
oncall-what-gap = platform silent from { $from } to { $to }
oncall-what-weekly = test of the on-call list
oncall-what-single = test asked for you
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
rung-single = Test asked for one person
rung-by-operator = The operator’s people
rung-by-former = Somebody who has left the list
rung-answered = { $name } answered ({ $when })
rung-nobody = Nobody was reached
rung-quiet = Waits for the end of quiet hours
rung-ringing = Ringing { $name } ({ $when })
rung-waiting = Message handed over for { $name } ({ $when }), no answer yet
rung-try = { $name }, by ‘{ $channel }’
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
