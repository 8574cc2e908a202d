### Telephone lines, as residents meet them, and the screen that keeps them up to date.

## On the public page

phone-dead = { $which ->
    [one] This number does not answer.
   *[several] { $number } does not answer.
}
phone-dead-instead = { $which ->
    [one] This number does not answer: dial <a>{ $instead }</a>.
   *[several] { $number } does not answer: dial <a>{ $instead }</a>.
}
phone-doubtful = { $which ->
    [one] This number may not answer.
   *[several] { $number } may not answer.
}
phone-doubtful-instead = { $which ->
    [one] This number may not answer: rather dial <a>{ $instead }</a>.
   *[several] { $number } may not answer: rather dial <a>{ $instead }</a>.
}
phone-now-instead = Call <a>{ $phone }</a>: the usual number does not answer.
phone-now-some-dead = Come as usual. Before you call, look at <a>the list</a>: at least one number does not answer.

## One word for each state

line-state-works = Answers
line-state-down = Does not answer
line-state-unknown = Unknown

## The screen of the lines

phones-title = Telephone lines
phones-text = Say here what answers. The public page, the poster and the answering machine follow.
phones-none = No line is described yet.
phones-on-no-line = Numbers on no line
phones-on-no-line-text = Residents are shown these numbers. As long as they are on no line, they follow the state of the telephony.
phones-add-this = Describe the line { $number }
phones-back = Back to the lines
phone-number = Number
phone-number-hint = Such as 03 28 51 34 34
phone-bad-number = Write one number, such as 03 28 51 34 34
phone-number-taken = Another line has this number already
phone-too-many = There are too many lines: remove some first
phone-label = Name of the line
phone-label-hint = For staff: switchboard, on call…
phone-label-missing = Give this line a name
phone-instead = Number to dial instead
phone-instead-hint = Public: residents read it when the line does not answer. Do not write a personal mobile.
phone-instead-same = Write another number than the line’s own
phone-instead-is = To dial instead: { $number }
phone-instead-dead = To dial instead: { $number }, but it does not answer either
phone-state = What does this line do?
phone-state-title = Say whether it answers
phone-state-hint = Call it, then say what you hear
phone-state-go = Save the state
phone-since = Since: { $when }
phone-follows = Follows the state of the telephony: call the line, then say whether it answers.
phone-used-by = Used by: { $names }
phone-about-title = Number and forwarding
phone-forward = Forwarding
phone-forward-hint = For staff alone: printed in the envelope, never shown to residents
phone-forward-who = Who sets it up
phone-forward-mobile = To which telephone
phone-forward-how = How
phone-forward-how-hint = What to type, or whom to call
phone-forward-is = Forwarding: { $who } to { $mobile } ({ $how })
phone-add-title = Add a line
phone-add = Add the line
phone-remove-title = Remove this line
phone-remove-text = Its number will follow the state of the telephony again.
phone-remove = Remove the line
journal-phone-line-added = Telephone line added
journal-phone-line-about = Telephone line described
journal-phone-line-state = State of a telephone line
journal-phone-line-forward = Forwarding of a telephone line changed
journal-phone-line-removed = Telephone line removed
done-line = The line is saved. The public page follows.
