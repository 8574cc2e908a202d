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
